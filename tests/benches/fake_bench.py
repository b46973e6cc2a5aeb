#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
A stand-in for the programs that take samples. Values are fixed by the row, times $FAKE_FACTOR.

$FAKE_PLAN, a JSON object, says what befalls a workload: {"fan_in": {"exit": 3, "says": "why"}},
"print": TEXT instead of rows, "sleep": SECONDS, "kill": true. $FAKE_LOG gets a line for each start.
$FAKE_JITTER spreads the values at random by so much, for looking at a report.
"""
import json
import os
import pathlib
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benches"))
from harness.catalogue import MEMORY, RATE, THROUGHPUT, WORKLOADS  # noqa: E402
from harness.curves import CURVES  # noqa: E402

VALUES = {"send_local": 2.5e8, "stream_cross": 1.2e8, "ping_pong.two_workers": 118,
          "ring_503": 4.6, "ping_pong.one_worker": 3.9, "spawn_1m.bytes": 240,
          "limits.cache_line": 52, "limits.refcount": 8.9, "spawn_1m.time": 180}
PERCENTILES = {"50": 1, "90": 1.3, "99": 2.4, "99.9": 9, "99.99": 31, "100": 85}
PARTS = {"p50": "50", "p99": "99", "p999": "99.9", "max": "100"}
OTHERWISE = {MEMORY: 1e8, RATE: 1e8, THROUGHPUT: 1e8}
FACTOR = float(os.environ.get("FAKE_FACTOR", "1"))
JITTER = float(os.environ.get("FAKE_JITTER", "0"))


def jitter():
    return 1 + random.random() * JITTER


def base(prefix):
    for name, value in (("relay", 21_000), ("spread", 640), ("park", 18_000), ("busy", 690),
                        ("c_loop", 660)):
        if name in prefix:
            return value
    return 310


def value_of(row):
    prefix, _, part = row.name.rpartition(".")
    if row.name in VALUES:
        value = VALUES[row.name]
    elif part in PARTS:
        value = base(prefix) * PERCENTILES[PARTS[part]]
    else:
        value = OTHERWISE.get(row.unit, 40)
    slower = 1 / FACTOR if row.unit in (RATE, THROUGHPUT) else FACTOR
    return value * slower * jitter()


def print_rows(workload):
    for row in workload.rows:
        print(row.name, value_of(row))
        prefix, _, part = row.name.rpartition(".")
        if part == "p50":
            for percentile, times in PERCENTILES.items():
                print("curve", prefix, percentile, base(prefix) * times * FACTOR * jitter())


def print_curve(name):
    x = int(sys.argv[sys.argv.index("--parameter") + 1])
    print(name, (4 + x ** 0.35) * FACTOR * jitter())


def befall(fate):
    if "sleep" in fate:
        time.sleep(fate["sleep"])
    if fate.get("kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    if "print" in fate:
        print(fate["print"])
    if "says" in fate:
        print(fate["says"], file=sys.stderr)
    if "exit" in fate or "print" in fate:
        sys.exit(fate.get("exit", 0))


def note_start():
    if "FAKE_LOG" in os.environ:
        line = {"argv": sys.argv[1:], "processors": sorted(os.sched_getaffinity(0))}
        with open(os.environ["FAKE_LOG"], "a", encoding="utf-8") as log:
            print(json.dumps(line), file=log)


def main():
    if sys.argv[1:2] and sys.argv[1].startswith("factor="):
        global FACTOR
        FACTOR = float(sys.argv.pop(1).partition("=")[2])
    if sys.argv[1] == "--list":
        print("\n".join([workload.name for workload in WORKLOADS]
                        + [curve.workload for curve in CURVES]))
        return
    if sys.argv[1] == "--about":
        print("compiler fake 1.0\nflags -O2 -march=fake")
        return
    note_start()
    name = sys.argv[1]
    befall(json.loads(os.environ.get("FAKE_PLAN", "{}")).get(name, {}))
    if name.startswith("curve."):
        print_curve(name)
    else:
        print_rows(next(workload for workload in WORKLOADS if workload.name == name))


if __name__ == "__main__":
    main()
