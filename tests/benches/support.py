# SPDX-License-Identifier: Apache-2.0
"""What the tests of the harness share: the fake programs, a run of the harness, small reports."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAKE = ROOT / "tests" / "benches" / "fake_bench.py"
sys.path.insert(0, str(ROOT / "benches"))


class HarnessTest(unittest.TestCase):
    """Runs the whole harness on the fake programs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.plan = {}

    def environment(self):
        return os.environ | {"PYTHONPATH": str(ROOT / "benches"), "PYTHONDONTWRITEBYTECODE": "1",
                             "FAKE_PLAN": json.dumps(self.plan),
                             "FAKE_LOG": str(self.folder / "log")}

    def command(self, *user, peers=None):
        starter = ["--program", str(FAKE)]
        if peers is not None:
            (self.folder / "peers").write_text("".join(line + "\n" for line in peers))
            starter += ["--peer-list", str(self.folder / "peers")]
        return [sys.executable, "-m", "harness", *starter, "--", *user]

    def harness(self, *user, peers=None):
        return subprocess.run(self.command(*user, peers=peers), env=self.environment(), text=True,
                              cwd=self.folder, capture_output=True, check=False)

    def rows(self, *user, peers=None):
        """The rows of the JSON file of a run, by name."""
        path = self.folder / "out.json"
        done = self.harness(*user, "--json", str(path), peers=peers)
        self.assertEqual(0, done.returncode, done.stderr)
        return {row["workload"]: row for row in json.loads(path.read_text())["rows"]}

    def starts(self):
        return [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]


def peer_line(name, factor):
    return f"{name}\tok\t{sys.executable} {FAKE} factor={factor}\t{name} 1.0"


def row(name, median, low=None, high=None, *, better="lower", unit="ns", runs=5):
    return {"workload": name, "unit": unit, "better": better, "median": median,
            "min": median if low is None else low, "max": median if high is None else high,
            "runs": runs}


def report(*rows, **more):
    return {"machine": {}, "rows": list(rows), "interrupted": False, "quick": False} | more
