#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for market-bundle: gives what the oracle expects, with the fault $FAULT in it."""
import json
import os
import pathlib
import sys


def correct_answer(oracle, state, block_times):
    signals = [{"kind": "two_pool", "opportunity_id": number, "log_index": signal["logIndex"],
                "timestamp_ns": block_times[signal["block"]] * 10**9,
                **{key: value for key, value in signal.items() if key != "logIndex"}}
               for number, signal in enumerate(oracle["two_pool_signals"][state]["list"])]
    totals = oracle["totals"]
    stats = {"lines": oracle["logs_total"], "bad_lines": 0,
             "events": {kind: totals[kind] for kind in
                        ("swap_v2", "sync_v2", "swap_v3", "mint_v2", "burn_v2")},
             "filtered": totals["other"] + totals["transfer"],
             "signals": {"two_pool": len(signals), "refused": {"stale": 0}},
             "hot_path": "actors", "bad_frames": 0,
             "messages": {"accepted": 9, "handled": 9, "dead": 0, "dropped": 0, "queued": 0},
             "latency_ns": {"count": len(signals), "p50": 1, "p99": 2, "p999": 3, "max": 4}}
    return {"signals": signals, "state": {"final_reserves": oracle["final_reserves_all"]},
            "stats": stats}


def plant(answer, fault):
    """Applies a fault such as ["set", "stats", "lines", 7] or ["drop", "signals", 1]."""
    what, *path = fault
    value = path.pop() if what == "set" else None
    for key in path[:-1]:
        answer = answer[key]
    if what == "set":
        answer[path[-1]] = value
    elif what == "drop":
        del answer[path[-1]]
    elif what == "repeat":
        answer[path[-1]].append(answer[path[-1]][-1])


def main():
    words = sys.argv[2:]
    options = {word: words[index + 1] for index, word in enumerate(words[:-1])}
    data = pathlib.Path(os.environ["MYC_DATA_DIR"])
    oracle = json.loads((data / "oracle" / "dex_expected.json").read_text())
    rows = pathlib.Path(options["--blocks"]).read_text().split()[1:]
    block_times = {int(row.split(",")[0]): int(row.split(",")[1]) for row in rows}
    state = "per_block_state" if "--forget-pools-per-block" in words else "carried_state"
    answer = correct_answer(oracle, state, block_times)
    if os.environ.get("FAULT"):
        plant(answer, json.loads(os.environ["FAULT"]))
    lines = [json.dumps(signal) + "\n" for signal in answer["signals"]]
    pathlib.Path(options["--signals"]).write_text("".join(lines))
    pathlib.Path(options["--state"]).write_text(json.dumps(answer["state"]))
    pathlib.Path(options["--stats"]).write_text(json.dumps(answer["stats"]))


if __name__ == "__main__":
    main()
