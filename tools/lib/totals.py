#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sums up test results: of each build directory junit*.xml (CTest) and criterion/*.xml (Criterion).

Usage: totals.py [--broken N] BUILD_DIRECTORY...
A unit test of CTest counts as the Criterion cases in it, every other one as itself; each of the N
configurations that could not be built counts as a failure. The last line is the totals.
"""
import argparse
import collections
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

Totals = collections.namedtuple("Totals", "passed failed skipped")
NOTHING = Totals(0, 0, 0)


def add(left, right):
    return Totals(*(a + b for a, b in zip(left, right)))


def status_of(case):
    """'passed', 'failed' or 'skipped' of one <testcase>, of CTest or of Criterion."""
    status = case.get("status", "").lower()
    if status in ("run", "passed"):
        return "passed"
    if status in ("skipped", "disabled"):
        return "skipped"
    # CTest calls a missing program "skipped" too, and that is a failure.
    reason = case.find("skipped")
    asked_for = reason is not None and reason.get("message", "").startswith("SKIP_")
    return "skipped" if status == "notrun" and asked_for else "failed"


def count(cases):
    statuses = collections.Counter(status_of(case) for case in cases)
    return Totals(statuses["passed"], statuses["failed"], statuses["skipped"])


def cases_of(file):
    """The <testcase> elements of a report; none when it is absent or broken off."""
    try:
        return list(ElementTree.parse(file).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return []


def test_totals(directory, case):
    """The totals of one CTest test."""
    own = count([case])
    kind, _, area = case.get("name").partition("unit-")
    cases = NOTHING if kind else count(cases_of(directory / "criterion" / f"{area}.xml"))
    if sum(cases) == 0:
        return own
    # A program that failed beyond its cases (crashed at its end, timed out) is one failure more.
    return cases if cases.failed else add(cases, Totals(0, own.failed, 0))


def reports_of(directory):
    """The reports of CTest; there must be one at least."""
    return sorted(directory.glob("junit*.xml")) or [directory / "junit.xml"]


def directory_totals(directory):
    """The totals of a build directory; a failure for each report without results."""
    totals = NOTHING
    for report in reports_of(directory):
        cases = cases_of(report)
        totals = totals if cases else add(totals, Totals(0, 1, 0))
        for case in cases:
            totals = add(totals, test_totals(directory, case))
    return totals


def skipped_names(directory):
    """The skipped tests by name, so that a skip is never silent."""
    for file in [*reports_of(directory), *sorted(directory.glob("criterion/*.xml"))]:
        for case in cases_of(file):
            if status_of(case) == "skipped":
                yield f"skipped: {directory.name} {file.stem} {case.get('name')}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--broken", type=int, default=0)
    parser.add_argument("directories", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    totals = Totals(0, arguments.broken, 0)
    for directory in arguments.directories:
        own = directory_totals(directory)
        print(f"{directory.name}: {own.passed} passed, {own.failed} failed, {own.skipped} skipped")
        print("".join(line + "\n" for line in skipped_names(directory)), end="")
        totals = add(totals, own)
    print(f"{totals.passed} passed, {totals.failed} failed, {totals.skipped} skipped")
    sys.exit(1 if totals.failed or totals.passed == 0 else 0)


if __name__ == "__main__":
    main()
