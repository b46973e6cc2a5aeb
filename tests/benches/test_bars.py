#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bars of every kind, at their edges and without what they are held against; statistics."""
import unittest

import support  # noqa: F401  finds the harness
from harness import bars
from harness.bars import BELOW, PACE, AbsoluteBar, BestPeerBar, Judged, PeerBar, RowBar
from harness.catalogue import ROWS
from harness.summary import significant, summarise, times_better


def judged(median, *, unit="ns", better="lower", peers=None, missing=None, medians=None,
           asked=True):
    return Judged("row", unit, better, median, peers or {}, missing or {}, medians or {}, asked)


class PeerBars(unittest.TestCase):
    def test_met_at_the_edge_and_missed_below_it(self):
        self.assertTrue(PeerBar("seed", 15).judge(judged(4, peers={"seed": 60}))["met"])
        self.assertFalse(PeerBar("seed", 15).judge(judged(4.01, peers={"seed": 60}))["met"])

    def test_a_rate_is_better_when_higher(self):
        bar = PeerBar("seed", 10).judge(judged(1e8, unit="messages/s", better="higher",
                                               peers={"seed": 8e6}))
        self.assertEqual((12.5, True), (bar["ratio"], bar["met"]))

    def test_a_missing_peer_leaves_it_open(self):
        bar = PeerBar("seed", 10).judge(judged(1, missing={"seed": "no cargo"}))
        self.assertIsNone(bar["met"])
        self.assertEqual("seed is missing", bar["not_judged"])

    def test_without_peers_it_says_how_to_get_them(self):
        bar = PeerBar("seed", 10).judge(judged(1, asked=False))
        self.assertEqual((None, "needs --peers"), (bar["met"], bar["not_judged"]))


class BestPeerBars(unittest.TestCase):
    def test_the_best_peer_counts(self):
        bar = BestPeerBar(6).judge(judged(10, peers={"go": 63, "caf": 900}))
        self.assertEqual(("go", 6.3, True), (bar["against"], bar["ratio"], bar["met"]))
        self.assertFalse(BestPeerBar(6).judge(judged(10, peers={"go": 59, "caf": 900}))["met"])

    def test_a_missing_peer_could_have_been_the_best(self):
        bar = BestPeerBar(6).judge(judged(10, peers={"caf": 900}, missing={"go": "no compiler"}))
        self.assertEqual((None, "go is missing"), (bar["met"], bar["not_judged"]))

    def test_what_is_missed_stays_missed_without_a_peer(self):
        bar = BestPeerBar(6).judge(judged(10, peers={"caf": 20}, missing={"go": "no compiler"}))
        self.assertIs(False, bar["met"])


class RowBars(unittest.TestCase):
    def test_at_most_a_multiple_of_another_row(self):
        bar = RowBar("line", 2.2)
        self.assertTrue(bar.judge(judged(110, medians={"line": 50.1}))["met"])
        self.assertFalse(bar.judge(judged(111, medians={"line": 50}))["met"])

    def test_it_reports_the_multiple(self):
        self.assertEqual("7.27 x", RowBar("line", 2.2).judge(
            judged(402, medians={"line": 55.3}))["measured"])

    def test_lower_by_so_many_percent(self):
        bar = RowBar("relay", 0.05, BELOW)
        met = bar.judge(judged(50, medians={"relay": 1000}))
        self.assertEqual((True, "95.0 % below", ">= 95 % below relay"),
                         (met["met"], met["measured"], met["text"]))
        self.assertFalse(bar.judge(judged(51, medians={"relay": 1000}))["met"])

    def test_a_share_of_the_pace_of_times_and_of_rates(self):
        bar = RowBar("alone", 0.4, PACE)
        self.assertTrue(bar.judge(judged(25, medians={"alone": 10}))["met"])
        self.assertFalse(bar.judge(judged(26, medians={"alone": 10}))["met"])
        rate = {"unit": "messages/s", "better": "higher", "medians": {"alone": 100}}
        self.assertTrue(bar.judge(judged(40, **rate))["met"])
        self.assertFalse(bar.judge(judged(39, **rate))["met"])

    def test_without_the_other_row_it_is_open(self):
        bar = RowBar("line", 2.2).judge(judged(100))
        self.assertEqual((None, "line has no figure"), (bar["met"], bar["not_judged"]))


class AbsoluteBars(unittest.TestCase):
    def test_bytes(self):
        self.assertTrue(AbsoluteBar(256).judge(judged(256, unit="bytes"))["met"])
        self.assertFalse(AbsoluteBar(256).judge(judged(257, unit="bytes"))["met"])

    def test_a_rate_counts_as_nanoseconds_a_message(self):
        rate = {"unit": "messages/s", "better": "higher"}
        bar = AbsoluteBar(10).judge(judged(1.25e8, **rate))
        self.assertEqual((1.25, True, "8.00 ns"), (bar["ratio"], bar["met"], bar["measured"]))
        self.assertFalse(AbsoluteBar(10).judge(judged(0.9e8, **rate))["met"])


class Hardest(unittest.TestCase):
    def test_the_one_furthest_from_met(self):
        near = AbsoluteBar(10).judge(judged(9))
        far = PeerBar("seed", 10).judge(judged(1, peers={"seed": 5}))
        self.assertIs(far, bars.hardest([near, far]))

    def test_an_open_one_only_when_none_is_judged(self):
        met, open_ = AbsoluteBar(10).judge(judged(9)), PeerBar("seed", 10).judge(judged(1))
        self.assertIs(met, bars.hardest([open_, met]))
        self.assertIs(open_, bars.hardest([open_]))
        self.assertIsNone(bars.hardest([]))


class Catalogue(unittest.TestCase):
    def test_rows_that_bars_are_held_against_exist_in_the_same_unit(self):
        for row in ROWS.values():
            for bar in row.bars:
                if isinstance(bar, RowBar):
                    self.assertEqual(row.unit, ROWS[bar.other].unit, row.name)

    def test_the_bars_of_the_design(self):
        texts = {name: [bar.judge(judged(1))["text"] for bar in ROWS[name].bars] for name in
                 ("feed_udp.epoll", "send_local", "stream_cross", "ping_pong.two_workers", "paced_latency.park.cpu",
                  "hot_path.spread.p99", "oversubscribed.ping_pong", "burst_10m.after")}
        self.assertEqual({
            "feed_udp.epoll": ["<= 1.15 x limits.udp_loop"],
            "send_local": [">= 10 x tokio-seed"],
            "stream_cross": [">= 6 x the best peer", "<= 10 ns"],
            "ping_pong.two_workers": ["<= 2.2 x limits.cache_line"],
            "paced_latency.park.cpu": [">= 1 x tokio-seed"],
            "hot_path.spread.p99": [">= 95 % below hot_path.relay.p99"],
            "oversubscribed.ping_pong": [">= 0.4 x the pace of ping_pong.two_workers"],
            "burst_10m.after": ["<= 1.1 x burst_10m.before"]}, texts)


class Statistics(unittest.TestCase):
    def test_median_and_range(self):
        even = summarise([4, 1, 3, 2])
        self.assertEqual((2.5, 1, 4, 4), (even.median, even.min, even.max, even.runs))
        self.assertEqual(3, summarise([9, 3, 1]).median)
        self.assertIsNone(summarise([]))

    def test_spread(self):
        summary = summarise([3, 4, 5])
        self.assertEqual((2, 0.5), (summary.spread, summary.relative_spread))

    def test_six_digits_and_whole_numbers(self):
        self.assertEqual(1.23457, significant(1.23456789))
        self.assertEqual("273", repr(significant(273.0)))

    def test_times_better(self):
        self.assertEqual(4, times_better("lower", 5, 20))
        self.assertEqual(4, times_better("higher", 20, 5))
        self.assertIsNone(times_better("lower", 0, 5))


if __name__ == "__main__":
    unittest.main()
