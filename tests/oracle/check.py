#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs market-bundle on recorded Ethereum logs and compares all it finds with an independent oracle.

Usage: check.py MARKET_BUNDLE. The data folder is $MYC_DATA_DIR, by default ../shared/data beside the
repository; exit 77 (skipped) without it.
"""
import csv
import itertools
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EVENTS = ["swap_v2", "sync_v2", "swap_v3", "mint_v2", "burn_v2"]
# Name in a signal of the bundle, name in the oracle.
SIGNAL_FIELDS = [("block", "block"), ("log_index", "logIndex"), ("trigger_pool", "trigger_pool"),
                 ("buy_pool", "buy_pool"), ("sell_pool", "sell_pool"), ("token_in", "token_in"),
                 ("token_mid", "token_mid"), ("amount_in", "amount_in"), ("profit", "profit")]
STATES = {"carried_state": [], "per_block_state": ["--forget-pools-per-block"]}


def data_folder():
    folder = os.environ.get("MYC_DATA_DIR")
    return pathlib.Path(folder) if folder else ROOT.parent / "shared" / "data"


def run_bundle(bundle, data, scratch, options):
    """(signals, state, stats) of one run."""
    logs = data / "dex_eth_logs"
    command = [bundle, "run", "--feed", f"eth-logs:{logs / 'logs.ndjson.gz'}",
               "--pools", logs / "pools.csv", "--blocks", logs / "blocks.csv",
               "--min-profit-usd", "0", "--quiet", "--signals", scratch / "signals.ndjson",
               "--state", scratch / "state.json", "--stats", scratch / "stats.json", *options]
    done = subprocess.run([str(word) for word in command], timeout=120, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise AssertionError(f"exit code {done.returncode}, output:\n{done.stdout}")
    lines = (scratch / "signals.ndjson").read_text().splitlines()
    return ([json.loads(line) for line in lines],
            json.loads((scratch / "state.json").read_text()),
            json.loads((scratch / "stats.json").read_text()))


def differences(name, expected, actual):
    if expected != actual:
        yield f"{name}: expected {expected}, got {actual}"


def check_hot_path(options, stats):
    expected = "relay" if "relay" in options else "actors"
    yield from differences("hot_path", expected, stats["hot_path"])
    yield from differences("bad_frames", 0, stats["bad_frames"])


def check_counts(oracle, signal_count, stats):
    totals = oracle["totals"]
    yield from differences("lines", oracle["logs_total"], stats["lines"])
    yield from differences("bad_lines", 0, stats["bad_lines"])
    yield from differences("events", {kind: totals[kind] for kind in EVENTS}, stats["events"])
    yield from differences("filtered", totals["other"] + totals["transfer"], stats["filtered"])
    yield from differences("signals.two_pool", signal_count, stats["signals"]["two_pool"])
    refused = {reason: count for reason, count in stats["signals"]["refused"].items() if count}
    yield from differences("signals.refused", {}, refused)


def check_messages(messages):
    """Every message is accounted for, and none was lost."""
    ends = ("handled", "dead", "dropped", "queued")
    yield from differences("messages: accepted = " + " + ".join(ends),
                           sum(messages[end] for end in ends), messages["accepted"])
    for end in ("dead", "dropped", "queued"):
        yield from differences(f"messages.{end}", 0, messages[end])
    if messages["handled"] == 0:
        yield "messages.handled: expected some, got 0"


def check_latency(signal_count, latency):
    yield from differences("latency_ns.count", signal_count, latency["count"])
    values = [latency[key] for key in ("p50", "p99", "p999", "max")]
    if values != sorted(values) or values[0] <= 0:
        yield f"latency_ns: expected rising values above 0, got {latency}"


def same_usd(expected, actual):
    if expected is None or actual is None:
        return expected is actual
    return math.isclose(expected, actual, rel_tol=1e-9)


def check_signal(number, expected, actual, block_times):
    for ours, theirs in SIGNAL_FIELDS:
        yield from differences(f"signal {number} {ours}", expected[theirs], actual[ours])
    yield from differences(f"signal {number} kind", "two_pool", actual["kind"])
    yield from differences(f"signal {number} timestamp_ns",
                           block_times[expected["block"]] * 10**9, actual["timestamp_ns"])
    if not same_usd(expected["profit_usd"], actual["profit_usd"]):
        yield (f"signal {number} profit_usd: expected {expected['profit_usd']}, "
               f"got {actual['profit_usd']}")


def check_signals(expected, actual, block_times):
    yield from differences("count of signals", len(expected), len(actual))
    ids = {signal["opportunity_id"] for signal in actual}
    yield from differences("count of opportunity ids", len(actual), len(ids))
    for number, (left, right) in enumerate(zip(expected, actual)):
        yield from check_signal(number, left, right, block_times)


def check_reserves(expected, actual):
    yield from differences("pools", sorted(expected), sorted(actual))
    for pool in expected:
        yield from differences(f"reserves of {pool}", expected[pool], actual.get(pool))


def read_block_times(data):
    with open(data / "dex_eth_logs" / "blocks.csv", newline="", encoding="utf-8") as file:
        return {int(row["number"]): int(row["timestamp"]) for row in csv.DictReader(file)}


def check_run(bundle, data, oracle, state, options):
    """What is wrong with one run, as lines."""
    with tempfile.TemporaryDirectory() as folder:
        signals, reserves, stats = run_bundle(bundle, data, pathlib.Path(folder), options)
    expected = oracle["two_pool_signals"][state]["list"]
    yield from check_hot_path(options, stats)
    yield from check_counts(oracle, len(expected), stats)
    yield from check_messages(stats["messages"])
    yield from check_latency(len(expected), stats["latency_ns"])
    yield from check_signals(expected, signals, read_block_times(data))
    # A forgotten pool takes no part in arbitrage, but its last seen reserves are still reported.
    yield from check_reserves(oracle["final_reserves_all"], reserves["final_reserves"])


def report_run(bundle, data, oracle, state, options):
    """True when the run agrees with the oracle."""
    try:
        wrong = list(check_run(bundle, data, oracle, state, options))
    except (AssertionError, KeyError, OSError, ValueError, subprocess.TimeoutExpired) as error:
        wrong = [f"{type(error).__name__}: {error}"]
    name = " ".join([state, *options])
    print("\n    ".join([f"FAILED: {name}", *wrong[:20]] if wrong else [f"ok: {name}"]))
    return not wrong


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check.py MARKET_BUNDLE")
    data = data_folder()
    if not (data / "oracle" / "dex_expected.json").is_file():
        print(f"skipped: no recorded data in {data} (set MYC_DATA_DIR)")
        sys.exit(77)
    oracle = json.loads((data / "oracle" / "dex_expected.json").read_text())
    paths = [["--place", place, "--workers", workers]
             for place, workers in itertools.product(("together", "spread"), ("1", "2", "4"))]
    paths.append(["--hot-path", "relay"])
    results = [report_run(sys.argv[1], data, oracle, state, [*path, *STATES[state]])
               for state, path in itertools.product(STATES, paths)]
    print(f"{len(results)} runs, {results.count(False)} failed")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
