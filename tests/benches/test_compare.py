#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rule of --compare, the form of the JSON file, and what is said about a bad one."""
import json
import pathlib
import tempfile
import unittest

from support import report, row
from harness import compare, document
from harness.options import WrongArguments


def verdict(old, new):
    return compare.compare_rows(old, new).verdict


class Rule(unittest.TestCase):
    def test_apart_by_more_than_both_spreads_is_a_change(self):
        self.assertEqual("better", verdict(row("a", 100, 98, 103), row("a", 90, 88, 93)))
        self.assertEqual("worse", verdict(row("a", 90, 88, 93), row("a", 100, 98, 103)))

    def test_a_higher_rate_is_better(self):
        self.assertEqual("better", verdict(row("a", 90, 88, 93, better="higher"),
                                           row("a", 100, 98, 103, better="higher")))

    def test_ranges_that_overlap_are_the_same(self):
        self.assertEqual("same", verdict(row("a", 100, 90, 101), row("a", 80, 79, 90)))

    def test_medians_nearer_than_the_wider_spread_are_the_same(self):
        # ranges apart, medians 9 apart, old spread 8 and new 10
        self.assertEqual("same", verdict(row("a", 100, 98, 106), row("a", 91, 87, 97)))
        self.assertEqual("better", verdict(row("a", 100, 98, 106), row("a", 89, 87, 97)))

    def test_one_run_has_no_spread_to_judge_by(self):
        self.assertEqual("same", verdict(row("a", 100, runs=1), row("a", 50)))

    def test_new_and_gone(self):
        empty = row("a", None) | {"min": None, "max": None, "runs": 0}
        self.assertEqual("new", verdict(None, row("a", 1)))
        self.assertEqual("new", verdict(empty, row("a", 1)))
        self.assertEqual("gone", verdict(row("a", 1), empty))
        self.assertEqual("gone", verdict(row("a", 1), None))

    def test_another_unit_is_another_row(self):
        self.assertEqual("new", verdict(row("a", 1, unit="bytes"), row("a", 1)))

    def test_rows_nobody_asked_for_are_not_gone(self):
        changes = compare.compare(report(row("a.x", 1), row("a.y", 1), row("b", 1)),
                                  report(row("a.x", 1)), ["a"])
        self.assertEqual({"a.x": "same", "a.y": "gone"},
                         {name: change.verdict for name, change in changes.items()})

    def test_rows_an_interrupt_cut_off_are_not_gone(self):
        changes = compare.compare(report(row("a", 1)), report(
            row("a", None), interrupted=True))
        self.assertEqual({}, changes)

    def test_another_setting_is_said(self):
        old = report(quick=True) | {"machine": {"compiler": "gcc 11"}}
        texts = compare.cautions(old, report() | {"machine": {"compiler": "gcc 12"}})
        self.assertIn("compiler was gcc 11, is gcc 12", texts[0])
        self.assertEqual(2, len(texts))


class Form(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(pathlib.Path(folder.name) / "old.json")

    def complaint(self, text):
        pathlib.Path(self.path).write_bytes(text if isinstance(text, bytes) else text.encode())
        with self.assertRaises(WrongArguments) as caught:
            document.read(self.path)
        return str(caught.exception).replace(self.path, "old.json")

    def complaint_about_row(self, **changes):
        return self.complaint(json.dumps(report(row("a", 1), row("b", 1) | changes)))

    def test_what_is_written_is_read_back(self):
        written = report(row("a", 1.5), row("b", None) | {"min": None, "max": None, "runs": 0})
        document.write_text(self.path, document.to_text(written))
        self.assertEqual(written, document.read(self.path))

    def test_one_row_a_line(self):
        lines = document.to_text(report(row("a", 1), row("b", 2))).splitlines()
        self.assertEqual(["a", "b"], [json.loads(line.rstrip(","))["workload"] for line in lines
                                      if line.startswith('{"workload"')])

    def test_a_missing_file(self):
        with self.assertRaisesRegex(WrongArguments, "old.json: No such file"):
            document.read(self.path)

    def test_not_json_says_where(self):
        self.assertEqual("old.json:2:1: not JSON: Expecting value", self.complaint("[1,\n]"))
        self.assertIn("not JSON: byte 0 is not UTF-8", self.complaint(b"\xff"))

    def test_another_form_says_where_and_what_was_expected(self):
        self.assertEqual("old.json: expected an object, got [1]", self.complaint("[1]"))
        self.assertIn("old.json: expected a member 'machine'", self.complaint("{}"))
        self.assertEqual('old.json.rows: expected a list, got "x"',
                         self.complaint('{"machine": {}, "rows": "x"}'))
        self.assertEqual('old.json: rows[1].median: expected a number, got "fast"',
                         self.complaint_about_row(median="fast"))
        self.assertEqual("old.json: rows[1].max: expected a number, got true",
                         self.complaint_about_row(max=True))
        self.assertEqual('old.json: rows[1].better: expected "higher" or "lower", got "up"',
                         self.complaint_about_row(better="up"))


if __name__ == "__main__":
    unittest.main()
