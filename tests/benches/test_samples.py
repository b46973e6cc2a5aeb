#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every workload of myc-bench at the smallest scale, and gives it wrong arguments.

Usage: test_samples.py MYC_BENCH. No value is judged: only that each row is there, once, as a
positive number.
"""
import os
import pathlib
import re
import subprocess
import sys
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
SMALLEST = ("--scale", "0.001")
CANNOT_RUN_HERE = 3

HOT_PATH_PARTS = tuple(rate + quantile for rate in ("", "at_10k.", "flat_out.")
                       for quantile in ("p50", "p99", "p999"))
# The rows of a workload, by the beginning of its name; one that is not here has its own name.
PARTS = {
    "spawn_1m": ("time", "bytes"),
    "timers_1m": ("arm", "cancel", "fire", "bytes"),
    "burst_10m": ("before", "peak", "after"),
    "paced_latency.": ("p50", "p99", "p999", "max", "cpu"),
    "hot_path.": HOT_PATH_PARTS,
    "limits.hot_path": HOT_PATH_PARTS,
    "decode_": ("frame", "rate", "jansson"),
    "book_update": ("change", "quoted"),
    "quote_watch": ("cross", "momentum"),
    "limits.c_loop.": ("p50", "p99", "cpu"),
}
MUST_BE_THERE = {
    "paced_latency.busy", "paced_latency.spin_park", "paced_latency.park", "limits.c_loop.busy",
    "limits.c_loop.park", "hot_path.together", "hot_path.spread", "hot_path.relay",
    "limits.hot_path",
    "decode_binance", "decode_kraken", "decode_coinbase", "decode_eth_logs",
    "book_update", "quote_watch",
    "send_local", "send_fresh.one_worker", "send_fresh.two_workers", "stream_cross",
    "ping_pong.one_worker", "ping_pong.two_workers", "ask", "send_conflated", "fan_in", "fan_out",
    "fan_out_topic", "ring_503", "spawn_1m", "timers_1m", "burst_10m",
    "oversubscribed.send_local", "oversubscribed.stream_cross",
    "oversubscribed.fan_in", "oversubscribed.ring_503", "oversubscribed.ping_pong",
    "limits.cache_line", "limits.refcount", "limits.ring_same_thread", "limits.ring_cross",
    "limits.malloc_cross", "feed_udp.uring", "feed_udp.epoll", "feed_tcp.uring", "feed_tcp.epoll",
    "limits.udp_loop", "limits.tcp_loop", "curve.actors", "curve.depth", "curve.payload", "curve.workers",
    "curve.senders", "curve.subscribers",
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False,
                          timeout=120)


def workloads() -> list[str]:
    return run("--list").stdout.split()


def rows_of(workload: str) -> set[str]:
    for beginning, parts in PARTS.items():
        if workload.startswith(beginning):
            return {f"{workload}.{part}" for part in parts}
    return {workload}


class Samples(unittest.TestCase):
    def sample(self, workload: str, *arguments: str) -> dict[str, float]:
        """The rows of one sample, or none where this machine cannot run the workload."""
        done = run(workload, *SMALLEST, *arguments)
        if done.returncode == CANNOT_RUN_HERE:
            self.assertRegex(done.stderr, r"\Amyc-bench: .+\n\Z")
            self.assertEqual("", done.stdout)
            return {}
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        return self.parse(workload, done.stdout)

    def parse(self, workload: str, text: str) -> dict[str, float]:
        rows: dict[str, float] = {}
        for line in text.splitlines():
            if line.startswith("curve "):
                self.assertRegex(line, rf"\Acurve {re.escape(workload)}(\.\w+)* [\d.]+ \d+(\.\d+)?\Z")
                continue
            name, value = line.split(" ")
            self.assertNotIn(name, rows)
            rows[name] = float(value)
        self.assertLessEqual(rows_of(workload), rows.keys())
        for name, value in rows.items():
            self.assertGreaterEqual(value, 0, name)
        return rows

    def test_all_workloads_are_listed_once(self):
        names = workloads()
        self.assertEqual(len(set(names)), len(names))
        self.assertLessEqual(MUST_BE_THERE, set(names))

    def test_each_workload_prints_its_rows(self):
        for workload in workloads():
            parameters = ("--parameter", "3") if workload.startswith("curve.") else ()
            with self.subTest(workload):
                self.sample(workload, *parameters)

    def test_each_workload_runs_pinned(self):
        for workload in workloads():
            parameters = ("--parameter", "2") if workload.startswith("curve.") else ()
            with self.subTest(workload):
                self.sample(workload, "--pin", *parameters)

    def test_curves_run_at_both_ends(self):
        for name, most in (("actors", 20000), ("depth", 65536), ("payload", 65536),
                           ("workers", 8), ("senders", 1000), ("subscribers", 1000)):
            for parameter in (1, most):
                with self.subTest(name, parameter=parameter):
                    self.sample(f"curve.{name}", "--parameter", str(parameter))

    def test_the_count_of_workers_can_be_chosen(self):
        for workload in ("send_local", "fan_in", "fan_out", "ring_503", "spawn_1m", "burst_10m"):
            with self.subTest(workload):
                self.sample(workload, "--workers", "2")
        self.sample("ping_pong.two_workers", "--workers", "1")

    def test_a_burst_shows_in_the_resident_set(self):
        rows = self.sample("burst_10m", "--scale", "0.02")
        self.assertGreater(rows["burst_10m.peak"], rows["burst_10m.before"] + 200000 * 64)

    def test_it_says_what_it_was_built_with(self):
        lines = run("--about").stdout.splitlines()
        self.assertEqual(["compiler", "flags", "version"], [line.split(" ")[0] for line in lines])

    def test_one_processor_is_not_enough_for_two_busy_workers(self):
        allowed = os.sched_getaffinity(0)
        self.addCleanup(os.sched_setaffinity, 0, allowed)
        os.sched_setaffinity(0, {min(allowed)})
        done = run("stream_cross", *SMALLEST)
        self.assertEqual((CANNOT_RUN_HERE, ""), (done.returncode, done.stdout))
        self.assertEqual("myc-bench: stream_cross needs 2 processors, "
                         "this process may run on 1\n", done.stderr)


class WrongArguments(unittest.TestCase):
    def refused(self, complaint: str, *arguments: str):
        done = run(*arguments)
        self.assertEqual((2, ""), (done.returncode, done.stdout), arguments)
        self.assertEqual(f"myc-bench: {complaint} (see myc-bench --help)\n", done.stderr)

    def test_workload(self):
        self.refused("which workload?")
        self.refused("no workload is named 'send'; --list prints the names", "send")
        self.refused("unexpected argument 'fan_in' behind the workload 'fan_out'", "fan_out",
                     "fan_in")

    def test_options(self):
        self.refused("unknown option '--quick'", "fan_in", "--quick")
        self.refused("--scale needs a value", "fan_in", "--scale")

    def test_scale(self):
        for scale in ("0", "-1", "10.5", "nan", "1x", ""):
            self.refused(f"--scale '{scale}': expected a number above 0, at most 10", "fan_in",
                         "--scale", scale)

    def test_workers(self):
        for workers in ("0", "65", "-1", "two", "99999999999999999999"):
            self.refused(f"--workers '{workers}': expected a whole number from 1 to 64", "fan_in",
                         "--workers", workers)
        self.refused("limits.refcount has no --workers to choose", "limits.refcount", "--workers",
                     "2")

    def test_parameter(self):
        self.refused("fan_in takes no --parameter", "fan_in", "--parameter", "1")
        self.refused("curve.depth needs --parameter N, from 1 to 65536", "curve.depth")
        self.refused("--parameter '65537': expected a whole number from 1 to 65536", "curve.depth",
                     "--parameter", "65537")


if __name__ == "__main__":
    if PROGRAM is None:
        sys.exit("usage: test_samples.py MYC_BENCH")
    unittest.main()
