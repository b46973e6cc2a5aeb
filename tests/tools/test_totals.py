#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs CTest on tests that pass, fail, crash, skip and are absent, and checks the totals of them."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOTALS = pathlib.Path(__file__).resolve().parents[2] / "tools" / "lib" / "totals.py"

# As Criterion 2.4 writes it.
CRITERION = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="Criterion Tests"><testsuite name="lane">
<testcase name="a" status="PASSED"></testcase>
<testcase name="b" status="PASSED"></testcase>
<testcase name="c" status="SKIPPED"><skipped/></testcase>{more}
</testsuite></testsuites>"""
FAILED_CASE = '<testcase name="d" status="FAILED"><failure type="assert"/></testcase>'
CRASHED_CASE = '<testcase name="e" status="ERRORED"><error type="crash"/></testcase>'

PASSES = 'add_test(passes "true")\n'
FAILS = 'add_test(fails "false")\n'
CRASHES = 'add_test(crashes "sh" "-c" "kill -SEGV $$")\n'
ABSENT = 'add_test(absent "./no-such-program")\n'
SKIPS = ('add_test(skips "sh" "-c" "exit 77")\n'
         "set_tests_properties(skips PROPERTIES SKIP_RETURN_CODE 77)\n")
UNIT_PASSES = 'add_test(unit-lane "true")\n'
UNIT_FAILS = 'add_test(unit-lane "false")\n'


class Totals(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = pathlib.Path(folder.name) / "gcc"
        (self.build / "criterion").mkdir(parents=True)

    def totals(self, *arguments):
        """(last line, exit code) of totals.py."""
        done = subprocess.run([sys.executable, TOTALS, *arguments, self.build],
                              stdout=subprocess.PIPE, text=True, check=False)
        return done.stdout.splitlines()[-1], done.returncode

    def run_tests(self, tests, report="junit.xml"):
        (self.build / "CTestTestfile.cmake").write_text(tests)
        subprocess.run(["ctest", "--output-junit", self.build / report], cwd=self.build,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

    def write_criterion(self, more=""):
        (self.build / "criterion" / "lane.xml").write_text(CRITERION.format(more=more))

    def test_passed_and_skipped_are_success(self):
        self.run_tests(PASSES + SKIPS)
        self.assertEqual(("1 passed, 0 failed, 1 skipped", 0), self.totals())

    def test_each_way_to_fail_counts(self):
        self.run_tests(PASSES + FAILS + CRASHES + ABSENT)
        self.assertEqual(("1 passed, 3 failed, 0 skipped", 1), self.totals())

    def test_cases_of_criterion_count_one_by_one(self):
        self.run_tests(PASSES + UNIT_PASSES)
        self.write_criterion()
        self.assertEqual(("3 passed, 0 failed, 1 skipped", 0), self.totals())

    def test_failed_cases_of_criterion_count_one_by_one(self):
        self.run_tests(UNIT_FAILS)
        self.write_criterion(FAILED_CASE + CRASHED_CASE)
        self.assertEqual(("2 passed, 2 failed, 1 skipped", 1), self.totals())

    def test_a_program_that_fails_after_its_cases_is_a_failure(self):
        self.run_tests(UNIT_FAILS)
        self.write_criterion()
        self.assertEqual(("2 passed, 1 failed, 1 skipped", 1), self.totals())

    def test_a_program_that_dies_before_its_report_is_a_failure(self):
        self.run_tests(UNIT_FAILS)
        (self.build / "criterion" / "lane.xml").write_text(CRITERION[:100])
        self.assertEqual(("0 passed, 1 failed, 0 skipped", 1), self.totals())

    def test_a_configuration_without_results_is_a_failure(self):
        self.assertEqual(("0 passed, 1 failed, 0 skipped", 1), self.totals())

    def test_several_reports_are_summed_up(self):
        self.run_tests(PASSES + SKIPS)
        self.run_tests(PASSES + FAILS, "junit-fuzz.xml")
        self.assertEqual(("2 passed, 1 failed, 1 skipped", 1), self.totals())

    def test_a_report_without_results_is_a_failure(self):
        self.run_tests(PASSES)
        (self.build / "junit-fuzz.xml").touch()
        self.assertEqual(("1 passed, 1 failed, 0 skipped", 1), self.totals())

    def test_a_configuration_that_could_not_be_built_is_a_failure(self):
        self.run_tests(PASSES)
        self.assertEqual(("1 passed, 1 failed, 0 skipped", 1), self.totals("--broken", "1"))

    def test_nothing_but_skips_is_no_success(self):
        self.run_tests(SKIPS)
        self.assertEqual(("0 passed, 0 failed, 1 skipped", 1), self.totals())


if __name__ == "__main__":
    unittest.main()
