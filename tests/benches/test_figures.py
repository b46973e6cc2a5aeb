#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How figures read, in the table and on the page, and when a run is called noisy."""
import re
import unittest

from support import report, row
from harness import figures, noise, report_html, table
from harness.compare import Change

MACHINE = {"processor": "P <1>", "family_model": "6/143", "processors": 2, "virtual": True,
           "threads_share_a_core": None, "kernel": "Linux", "governor": "performance",
           "isolated": "", "load_average": 0.5, "compiler": "gcc", "flags": "-O2", "peers": {}}
MISSED = {"text": "<= 2.2 x limits.cache_line", "against": "limits.cache_line",
          "ratio_required": 0.454545, "ratio": 0.137, "met": False, "measured": "7.27 x"}
OPEN = {"text": ">= 6 x the best peer", "against": "go", "ratio_required": 6, "ratio": None,
        "met": None, "not_judged": "go is missing"}


def whole(*rows, **more):
    return report(*rows, machine=MACHINE, command="tools/bench", warnings=[], curves={},
                  latency={}) | more


def full_row(name="ping_pong", **changes):
    return row(name, 402, 388, 422) | {
        "family": "Messages", "what": "one hop", "unpinned": None, "bar": MISSED,
        "bars": [MISSED, OPEN],
        "peers": {"tokio-seed": {"median": 900, "min": 800, "max": 999, "runs": 5, "ratio": 2.24},
                  "go": {"missing": "no compiler"}}} | changes


class Figures(unittest.TestCase):
    def test_three_digits_in_a_unit_a_person_would_choose(self):
        for value, unit, text in ((8.5, "ns", "8.50 ns"), (402.4, "ns", "402 ns"),
                                  (999.7, "ns", "1.00 µs"), (54_600, "ns", "54.6 µs"),
                                  (1.2e8, "messages/s", "120 M/s"), (273, "bytes", "273 B"),
                                  (8.12e8, "bytes", "812 MB"), (0, "ns", "0 ns"),
                                  (0.73, "ns", "0.73 ns"), (None, "ns", "-")):
            self.assertEqual(text, figures.with_unit(value, unit))

    def test_both_ends_of_a_range_share_the_unit(self):
        self.assertEqual("8.20 - 8.80 ns", figures.between(8.2, 8.8, "ns"))
        self.assertEqual("0.97 - 1.02 µs", figures.between(970, 1020, "ns"))
        self.assertEqual("3.00 ns - 1.00 ms", figures.between(3, 1e6, "ns"))

    def test_counts_on_axes(self):
        self.assertEqual(["1", "503", "1 k", "64 k", "1 M"],
                         [figures.count(value) for value in (1, 503, 1000, 65_536, 1_000_000)])


class Table(unittest.TestCase):
    def test_a_row_shows_its_peers_and_each_of_its_bars(self):
        lines = table.render(whole(full_row())).splitlines()
        self.assertRegex(lines[1], r"^ping_pong +ns +402 ns +388 - 422 ns +- +2.24 x +missing "
                                   r"+<= 2.2 x limits.cache_line +MISSED, 7.27 x$")
        self.assertRegex(lines[2], r"^ +>= 6 x the best peer +not judged: go is missing$")
        self.assertIn("bars: 0 met, 1 missed, 1 not judged", lines)
        self.assertIn("go is missing: no compiler", lines)

    def test_changes_stand_in_the_row_and_what_is_gone_below(self):
        text = table.render(whole(full_row()), {"ping_pong": Change("worse", 12.3),
                                                "old": Change("gone")})
        self.assertRegex(text, r"(?m)^ping_pong .*worse \(\+12.3 %\)$")
        self.assertIn("\nold: gone\n", text)


class Page(unittest.TestCase):
    def page(self, **changes):
        return report_html.render(whole(full_row(**changes), warnings=["<noise>"]), None)

    def test_what_others_wrote_is_escaped(self):
        page = self.page(what="a <b> & c")
        for text in ("a &lt;b&gt; &amp; c", "P &lt;1&gt;", "&lt;noise&gt;"):
            self.assertIn(text, page)

    def test_verdicts_and_reasons_are_there(self):
        page = self.page()
        self.assertIn("missed · 7.27×", page)
        self.assertIn("go is missing", page)
        self.assertIn("2.24×", page)

    def test_every_placeholder_of_a_colour_was_replaced(self):
        self.assertEqual([], re.findall(r"#0[0-9a]0[0-9a][0-9a-f]{2}\b", self.page()))


class Noise(unittest.TestCase):
    def warn(self, *rows, **machine):
        return noise.warnings(MACHINE | machine, rows)

    def test_a_quiet_run_has_no_warning(self):
        self.assertEqual([], self.warn(row("a", 100, 90, 115)))

    def test_a_wide_spread(self):
        self.assertRegex(self.warn(row("a", 100, 90, 115), row("b", 100, 90, 116))[0],
                         r"^1 of 2 rows .*\(b 26 %\)$")

    def test_the_slowest_event_may_move(self):
        self.assertEqual([], self.warn(row("a.max", 100, 10, 900)))

    def test_load_and_governor(self):
        self.assertIn("load average", self.warn(load_average=2.1)[0])
        self.assertIn("powersave", self.warn(governor="powersave")[0])
        self.assertEqual([], self.warn(governor="unknown", load_average=2))


if __name__ == "__main__":
    unittest.main()
