#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole runs of the harness on fake programs: what fails, what is missing, what is written."""
import json
import re
import signal
import subprocess
import time
import unittest

from support import FAKE, HarnessTest, peer_line

SEED = peer_line("tokio-seed", 12)
DEADLINE_S = 60


class Rows(HarnessTest):
    def test_a_row_has_the_form_the_readme_promises(self):
        rows = self.rows("--only", "send_local", "--runs", "2", "--peers", peers=[SEED])
        row = rows["send_local"]
        self.assertEqual(("messages/s", "higher", 2.5e8, 2.5e8, 2),
                         (row["unit"], row["better"], row["median"], row["max"], row["runs"]))
        self.assertEqual(2.5e8, row["unpinned"]["median"])
        self.assertEqual(12, row["peers"]["tokio-seed"]["ratio"])
        self.assertEqual(12, row["peers"]["tokio-seed"]["unpinned"]["ratio"])
        self.assertEqual({"text": ">= 10 x tokio-seed", "against": "tokio-seed",
                          "ratio_required": 10, "ratio": 12, "met": True, "measured": "12.0 x"},
                         row["bar"])
        self.assertEqual([row["bar"]], row["bars"])

    def test_the_report_names_machine_command_and_versions(self):
        self.harness("--only", "fan_in", "--runs", "1", "--json", "out.json", peers=[SEED])
        report = json.loads((self.folder / "out.json").read_text())
        self.assertEqual("tools/bench --only fan_in --runs 1 --json out.json", report["command"])
        self.assertEqual(("fake 1.0", "-O2 -march=fake", {"tokio-seed": "tokio-seed 1.0"}),
                         tuple(report["machine"][key] for key in ("compiler", "flags", "peers")))

    def test_curves_of_both_and_latency_curves(self):
        self.harness("--quick", "--only", "curve.depth,limits.c_loop.busy", "--json", "out.json",
                     peers=[SEED])
        report = json.loads((self.folder / "out.json").read_text())
        depth = report["curves"]["depth"]
        self.assertEqual([1, 64, 4096], [point["x"] for point in depth["points"]])
        self.assertAlmostEqual(12, depth["peers"]["tokio-seed"][0]["median"]
                               / depth["points"][0]["median"], 4)
        self.assertEqual([50, 90, 99, 99.9, 99.99, 100],
                         [point["percentile"]
                          for point in report["latency"]["limits.c_loop.busy"]["points"]])

    def test_ours_is_told_to_pin_and_a_peer_is_not(self):
        self.rows("--only", "fan_in", "--runs", "1", "--peers", peers=[SEED])
        self.assertEqual([True, False, False, False],
                         ["--pin" in start["argv"] for start in self.starts()])


class Failures(HarnessTest):
    def not_run(self, name="send_local"):
        rows = self.rows("--only", f"{name},fan_in", "--runs", "2")
        self.assertIsNotNone(rows["fan_in"]["median"])
        self.assertIsNone(rows[name]["median"])
        return rows[name]["not_run"]

    def test_it_cannot_run_here(self):
        self.plan["send_local"] = {"exit": 3, "says": "needs 4 processors"}
        self.assertEqual("needs 4 processors", self.not_run())
        self.assertEqual(2, sum(start["argv"][0] == "send_local" for start in self.starts()))

    def test_it_refuses_its_arguments(self):
        self.plan["send_local"] = {"exit": 2, "says": "unknown workload"}
        self.assertEqual("refused its arguments: unknown workload", self.not_run())

    def test_it_fails(self):
        self.plan["send_local"] = {"exit": 1, "says": "out of memory"}
        self.assertEqual("failed with exit code 1: out of memory", self.not_run())

    def test_it_is_killed(self):
        self.plan["send_local"] = {"kill": True}
        self.assertEqual("killed by SIGKILL", self.not_run())

    def test_it_prints_something_else(self):
        self.plan["send_local"] = {"print": "send_local fast"}
        self.assertIn("printed 'send_local fast'", self.not_run())

    def test_it_prints_another_row(self):
        self.plan["send_local"] = {"print": "send_remote 3"}
        self.assertEqual("printed no send_local", self.not_run())

    def test_a_bar_of_a_row_that_did_not_run_is_open(self):
        self.plan["limits.cache_line"] = {"exit": 3, "says": "no"}
        self.plan["spawn_1m"] = {"exit": 3, "says": "no"}
        rows = self.rows("--only", "ping_pong.two_workers,spawn_1m.bytes", "--runs", "1")
        self.assertEqual("limits.cache_line has no figure",
                         rows["ping_pong.two_workers"]["bar"]["not_judged"])
        self.assertEqual((None, "not run: no"), (rows["spawn_1m.bytes"]["bar"]["met"],
                                                 rows["spawn_1m.bytes"]["bar"]["not_judged"]))

    def test_the_table_shows_the_reason(self):
        self.plan["send_local"] = {"exit": 3, "says": "needs 4 processors"}
        done = self.harness("--only", "send_local", "--runs", "1")
        self.assertRegex(done.stdout, "(?m)^send_local +not run: needs 4 processors$")
        self.assertEqual(0, done.returncode)


class Peers(HarnessTest):
    def test_a_missing_peer_is_shown_with_its_reason(self):
        peers = ["go\tmissing\tno Go compiler", SEED]
        row = self.rows("--only", "stream_cross", "--runs", "1", "--peers", peers=peers)[
            "stream_cross"]
        self.assertEqual({"missing": "no Go compiler"}, row["peers"]["go"])
        self.assertEqual([None, True], [bar["met"] for bar in row["bars"]])

    def test_a_peer_that_does_not_start_is_missing(self):
        rows = self.rows("--only", "send_local", "--runs", "1", "--peers",
                         peers=["tokio-seed\tok\t/nonexistent/peer\t1"])
        self.assertIn("/nonexistent/peer --list",
                      rows["send_local"]["peers"]["tokio-seed"]["missing"])
        self.assertEqual("tokio-seed is missing", rows["send_local"]["bar"]["not_judged"])

    def test_a_bad_list_says_where(self):
        done = self.harness("--only", "send_local", peers=[SEED, "go\tperhaps"])
        self.assertEqual(1, done.returncode)
        self.assertIn(f"{self.folder}/peers:2: 'go\tperhaps': expected NAME<TAB>ok", done.stderr)


class Arguments(HarnessTest):
    def test_wrong_arguments_are_one_line_and_code_2(self):
        for wrong in (["--fast"], ["--only"], ["--only", ""], ["--only", "x"], ["--runs", "0"],
                      ["--runs", "101"], ["--runs", "1.5"], ["more"], ["--json", ""],
                      ["--compare", "old.json"], ["--json", "a", "--html", "a"],
                      ["--program", "x"]):
            with self.subTest(wrong):
                done = self.harness(*wrong)
                self.assertEqual((2, 1, ""),
                                 (done.returncode, len(done.stderr.splitlines()), done.stdout))

    def test_a_path_that_cannot_be_written_is_found_before_measuring(self):
        for option in ("--json", "--html"):
            done = self.harness(option, "nowhere/out", "--only", "send_local")
            self.assertEqual((1, "tools/bench: nowhere/out: No such file or directory\n"),
                             (done.returncode, done.stderr))
        self.assertFalse((self.folder / "log").exists())

    def test_looking_whether_a_path_can_be_written_leaves_nothing(self):
        self.harness("--json", "out.json", "--runs", "1", "--only", "x")
        self.harness("--json", "out.json", "--html", "nowhere/out")
        self.assertFalse((self.folder / "out.json").exists())

    def test_help_lists_every_option(self):
        done = self.harness("--help")
        self.assertEqual(0, done.returncode)
        for option in ("quick", "only", "runs", "peers", "json", "html", "compare"):
            self.assertIn(f"--{option}", done.stdout)


class Reports(HarnessTest):
    def test_compare_with_itself_is_the_same(self):
        self.rows("--only", "send_local", "--runs", "2")
        done = self.harness("--only", "send_local", "--runs", "2", "--compare", "out.json")
        self.assertIn("compared: 0 better, 0 worse, 1 same, 0 new, 0 gone", done.stdout)

    def test_the_page_needs_nothing_else(self):
        done = self.harness("--quick", "--only", "send_local,paced_latency.busy,curve.depth",
                            "--html", "out.html", peers=[SEED])
        self.assertEqual(0, done.returncode, done.stderr)
        page = (self.folder / "out.html").read_text()
        self.assertIn("<b>send_<wbr>local</b>", page)
        self.assertNotRegex(page, r"(?i)<script|<link|@import|<img|\bsrc=|url\((?!#)")
        # namespaces of SVG are names, not addresses that are fetched
        self.assertEqual([], re.findall(r'href="(?!#)[^"]*"', page))

    def test_an_interrupt_prints_what_there_is(self):
        self.plan["fan_out"] = {"sleep": DEADLINE_S}
        process = subprocess.Popen(
            self.command("--only", "send_local,fan_out", "--runs", "1", "--json", "out.json"),
            env=self.environment(), text=True, cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.wait_for_start("fan_out")
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=DEADLINE_S)
        self.assertEqual(130, process.returncode)
        self.assertRegex(stdout, "(?m)^send_local +messages/s +250 M/s")
        self.assertRegex(stdout, "(?m)^fan_out +not run: interrupted before it ran$")
        self.assertIn("interrupted", stderr)
        self.assertTrue(json.loads((self.folder / "out.json").read_text())["interrupted"])

    def wait_for_start(self, workload):
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            if (self.folder / "log").exists() and \
                    any(start["argv"][0] == workload for start in self.starts()):
                return
            time.sleep(0.02)
        self.fail(f"{FAKE} did not start {workload}")


if __name__ == "__main__":
    unittest.main()
