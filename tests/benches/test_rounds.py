#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The order of samples, what each is given, and which workloads share their rounds."""
import dataclasses
import functools
import os
import subprocess
import sys
import unittest
import unittest.mock

import support  # noqa: F401  finds the harness
from harness import report, rounds, sample, selection
from harness.catalogue import WORKLOADS
from harness.contenders import OURS, Contender, Field
from harness.options import WrongArguments
from harness.rounds import Series
from harness.sample import SampleFailed, arguments, parse, renamed

BY_NAME = {workload.name: workload for workload in WORKLOADS}
ALL = frozenset(BY_NAME)
inheriting = functools.partial(subprocess.Popen, close_fds=False)
FIELD = Field(Contender(OURS, ("ours",), ALL),
              (Contender("tokio-seed", ("seed",), ALL),
               Contender("go", ("go",), ALL - {"send_local"})), peers_asked=True)


def order(turns, runs, quick=False):
    return [(turn.contender.name, turn.pinned) for turn in rounds.schedule(turns, runs, quick)]


class Order(unittest.TestCase):
    def test_each_round_takes_everyone_once(self):
        turns = rounds.turns_of(BY_NAME["stream_cross"], FIELD, False)
        taken = order(turns, 5)
        self.assertEqual(30, len(taken))
        for number in range(5):
            self.assertEqual(6, len(set(taken[number * 6:number * 6 + 6])))

    def test_each_round_starts_one_place_further(self):
        turns = rounds.turns_of(BY_NAME["send_local"], FIELD, False)
        self.assertEqual([(OURS, True), (OURS, False), ("tokio-seed", True), ("tokio-seed", False),
                          (OURS, False), ("tokio-seed", True), ("tokio-seed", False), (OURS, True)],
                         order(turns, 2))

    def test_a_peer_without_the_workload_has_no_turn(self):
        names = {turn.contender.name for turn in
                 rounds.turns_of(BY_NAME["send_local"], FIELD, False)}
        self.assertEqual({OURS, "tokio-seed"}, names)

    def test_a_peer_is_asked_for_what_it_has_in_place_of_a_mode(self):
        peer = Contender("go", ("go",), frozenset({"paced_latency"}))
        field = Field(FIELD.ours, (peer,), peers_asked=True)
        turns = rounds.turns_of(BY_NAME["paced_latency.park"], field, False)
        self.assertEqual([(OURS, "paced_latency.park"), ("go", "paced_latency")],
                         [(turn.contender.name, turn.asked) for turn in turns if turn.pinned])

    def test_quick_takes_unpinned_samples_in_the_first_round_only(self):
        taken = order(rounds.turns_of(BY_NAME["send_local"], FIELD, True), 3, quick=True)
        self.assertEqual(2, sum(not pinned for _, pinned in taken))
        self.assertEqual(6, sum(pinned for _, pinned in taken))

    def test_one_that_gave_up_is_not_tried_again(self):
        tried = []

        def fail(turn, series, _allowed):
            tried.append(turn.contender.name)
            series.given_up = turn.contender.is_ours

        rounds.measure(rounds.turns_of(BY_NAME["send_local"], FIELD, False), 3, False, {}, fail)
        self.assertEqual((2, 6), (tried.count(OURS), tried.count("tokio-seed")))


class Place(unittest.TestCase):
    def turn(self, name, contender, pinned):
        return next(turn for turn in rounds.turns_of(BY_NAME[name], FIELD, False)
                    if turn.contender.name == contender and turn.pinned == pinned)

    def processors(self, *what):
        return rounds.processors_for(self.turn(*what), [2, 5, 7])

    def test_ours_pins_itself_and_a_peer_is_confined(self):
        self.assertIsNone(self.processors("stream_cross", OURS, True))
        self.assertEqual({2, 5}, self.processors("stream_cross", "tokio-seed", True))
        self.assertEqual({2}, self.processors("send_local", "tokio-seed", True))
        self.assertIsNone(self.processors("stream_cross", "tokio-seed", False))

    def test_oversubscription_is_confined_without_a_pin_too(self):
        self.assertEqual({2, 5}, self.processors("oversubscribed.fan_in", OURS, False))

    def test_a_workload_the_program_does_not_list_is_not_started(self):
        series = Series()
        turn = dataclasses.replace(self.turn("fan_in", OURS, True), asked="fan_up")
        rounds.take_turn(turn, series, [0, 1])
        self.assertEqual(["ours has no workload fan_up"], series.failures)

    def test_too_few_processors_is_a_reason(self):
        series = Series()
        rounds.take_turn(self.turn("stream_cross", OURS, True), series, [0])
        self.assertEqual((["needs 2 processors, 1 allowed"], True),
                         (series.failures, series.given_up))


class Groups(unittest.TestCase):
    def group_of(self, name):
        return next({workload.name for workload in group}
                    for group in selection.groups(WORKLOADS)
                    if any(workload.name == name for workload in group))

    def test_what_a_bar_compares_is_sampled_in_the_same_rounds(self):
        self.assertEqual({"hot_path.together", "hot_path.spread", "hot_path.relay"},
                         self.group_of("hot_path.relay"))
        self.assertEqual({"limits.cache_line", "ping_pong.two_workers", "oversubscribed.ping_pong"},
                         self.group_of("limits.cache_line"))
        self.assertEqual({"ping_pong.one_worker", "ask"}, self.group_of("ping_pong.one_worker"))
        self.assertEqual({"limits.udp_loop", "feed_udp.uring", "feed_udp.epoll"},
                         self.group_of("feed_udp.epoll"))
        self.assertEqual({"fan_out"}, self.group_of("fan_out"))

    def test_every_workload_is_in_one_group(self):
        names = [workload.name for group in selection.groups(WORKLOADS) for workload in group]
        self.assertEqual(sorted(BY_NAME), sorted(names))


class Only(unittest.TestCase):
    def names(self, *only):
        return [row.name for row in selection.wanted_rows(WORKLOADS, only)]

    def test_a_name_takes_what_is_below_it_and_what_its_bars_need(self):
        self.assertEqual(["ping_pong.one_worker", "ping_pong.two_workers", "limits.cache_line"],
                         self.names("ping_pong"))
        self.assertEqual(["fan_in"], self.names("fan_in"))

    def test_a_part_of_a_name_is_not_a_name(self):
        selection.check_names(["fan_in", "curve"], ["fan_in", "curve.depth"])
        for wrong in ("fan", "fan_in.", "curve.d"):
            with self.assertRaisesRegex(WrongArguments, f"no row is named '{wrong}'"):
                selection.check_names([wrong], ["fan_in", "curve.depth"])


class Contract(unittest.TestCase):
    def test_arguments_of_a_sample(self):
        self.assertEqual(["fan_in", "--scale", "0.3", "--pin"],
                         arguments("fan_in", 0.3, True, None))
        self.assertEqual(["curve.depth", "--scale", "1", "--parameter", "64"],
                         arguments("curve.depth", 1, False, 64))

    def test_rows_and_curves(self):
        sample = parse("a.p50 310\na.p99 1.5e3\ncurve a 99.9 2000\n")
        self.assertEqual({"a.p50": 310, "a.p99": 1500}, sample.rows)
        self.assertEqual({"a": {99.9: 2000}}, sample.curves)

    def test_rows_under_another_name_take_ours(self):
        sample = renamed(parse("a.p50 3\ncurve a 99 4\nb 5\n"), "a", "a.park")
        self.assertEqual(({"a.park.p50": 3, "b": 5}, {"a.park": {99: 4}}),
                         (sample.rows, sample.curves))

    def test_what_is_no_row_is_a_failure(self):
        for output in ("", "a\n", "a b\n", "a nan\n", "a inf\n", "a -1\n", "curve a 50 x\n",
                       "a 1 2\n"):
            with self.subTest(output), self.assertRaises(SampleFailed):
                parse(output)


    def test_a_sample_that_takes_too_long_ends_with_all_it_started(self):
        read_end, write_end = os.pipe()
        sleeper = "import subprocess, sys; subprocess.run([sys.executable, '-c', " \
                  "'import time; time.sleep(600)'], close_fds=False)"
        os.set_inheritable(write_end, True)
        with unittest.mock.patch.object(sample.subprocess, "Popen", inheriting), \
                self.assertRaisesRegex(SampleFailed, "took more than 0.5 s") as caught:
            sample.take([sys.executable, "-c", sleeper], None, timeout_s=0.5)
        os.close(write_end)
        self.assertTrue(caught.exception.final)
        self.assertEqual(b"", os.read(read_end, 1))  # ends only when nobody holds the other end
        os.close(read_end)

    def test_a_failure_among_others_leaves_a_note(self):
        series = Series([parse("fan_in 5\n")], ["killed by SIGKILL"])
        measured = {("fan_in", OURS, True, None): series}
        workload = BY_NAME["fan_in"]
        row = report.build_rows([workload], workload.rows, measured, FIELD)[0]
        self.assertEqual((5, "1 of 2 samples: killed by SIGKILL"), (row["median"], row["failed"]))


if __name__ == "__main__":
    unittest.main()
