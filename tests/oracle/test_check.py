#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets check.py judge a stand-in for the bundle: right answers pass, each planted fault is found."""
import contextlib
import io
import json
import os
import pathlib
import tempfile
import unittest

import check

FAKE = pathlib.Path(__file__).resolve().parent / "fake_bundle.py"


def signal(block, index, profit_usd):
    return {"block": block, "logIndex": index, "trigger_pool": "0xaa", "buy_pool": "0xaa",
            "sell_pool": "0xbb", "token_in": "0xcc", "token_mid": "0xdd",
            "amount_in": "12345678901234567890", "profit": "77", "profit_usd": profit_usd}


ORACLE = {
    "logs_total": 20,
    "totals": {"swap_v2": 1, "sync_v2": 2, "swap_v3": 3, "mint_v2": 4, "burn_v2": 5, "other": 2,
               "transfer": 3},
    "final_reserves_all": {"0xaa": ["1", "2"], "0xbb": ["3", "4"]},
    "two_pool_signals": {
        "carried_state": {"list": [signal(10, 1, 1.5), signal(11, 0, None)]},
        "per_block_state": {"list": [signal(11, 0, None)]}},
}

FAULTS = [
    ["set", "stats", "lines", 21],
    ["set", "stats", "bad_lines", 1],
    ["set", "stats", "filtered", 4],
    ["set", "stats", "events", "mint_v2", 3],
    ["set", "stats", "signals", "two_pool", 3],
    ["set", "stats", "signals", "refused", "stale", 1],
    ["set", "stats", "messages", "accepted", 10],
    ["set", "stats", "messages", {"accepted": 9, "handled": 8, "dead": 1, "dropped": 0,
                                  "queued": 0}],
    ["set", "stats", "hot_path", "relay"],
    ["set", "stats", "bad_frames", 1],
    ["set", "stats", "latency_ns", "count", 1],
    ["set", "stats", "latency_ns", "p50", 0],
    ["set", "stats", "latency_ns", "p99", 9],
    ["drop", "stats", "events"],
    ["set", "state", "final_reserves", "0xaa", ["1", "3"]],
    ["drop", "state", "final_reserves", "0xbb"],
    ["set", "state", "final_reserves", "0xee", ["1", "1"]],
    ["drop", "signals", 1],
    ["repeat", "signals"],
    ["set", "signals", 0, "block", 11],
    ["set", "signals", 0, "log_index", 2],
    ["set", "signals", 0, "sell_pool", "0xaa"],
    ["set", "signals", 0, "token_mid", "0xcc"],
    ["set", "signals", 0, "amount_in", "12345678901234567891"],
    ["set", "signals", 0, "profit", 77],
    ["set", "signals", 0, "profit_usd", 1.5 * (1 + 3e-9)],
    ["set", "signals", 0, "profit_usd", None],
    ["set", "signals", 1, "profit_usd", 0.0],
    ["set", "signals", 0, "timestamp_ns", 1],
    ["set", "signals", 0, "kind", "three_pool"],
    ["set", "signals", 0, "opportunity_id", 1],
]


class Check(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = pathlib.Path(folder.name)
        for name in ("oracle", "dex_eth_logs"):
            (self.data / name).mkdir()
        (self.data / "oracle" / "dex_expected.json").write_text(json.dumps(ORACLE))
        (self.data / "dex_eth_logs" / "blocks.csv").write_text(
            "number,timestamp\n10,1000\n11,1012\n")
        os.environ["MYC_DATA_DIR"] = str(self.data)

    def judge(self, state, fault=None):
        os.environ["FAULT"] = json.dumps(fault) if fault else ""
        with contextlib.redirect_stdout(io.StringIO()):
            return check.report_run(FAKE, self.data, ORACLE, state, check.STATES[state])

    def test_right_answers_pass(self):
        for state in check.STATES:
            self.assertTrue(self.judge(state))

    def test_rounding_of_a_double_passes(self):
        self.assertTrue(self.judge("carried_state",
                                   ["set", "signals", 0, "profit_usd", 1.5 * (1 + 3e-10)]))

    def test_each_planted_fault_is_found(self):
        for fault in FAULTS:
            with self.subTest(fault=fault):
                self.assertFalse(self.judge("carried_state", fault))


if __name__ == "__main__":
    unittest.main()
