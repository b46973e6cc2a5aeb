#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs benches/peers/build where nothing is installed and nothing can be, and reads what it prints."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(__file__).resolve().parents[2] / "benches" / "peers" / "build"
PEERS = ["tokio-seed", "tokio-typed", "caf", "go"]
# What the script itself uses: no compiler, no apt-get.
TOOLS = ["bash", "basename", "dirname", "mkdir", "tail", "tee", "tr"]


class PeersBuild(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "bin"
        self.path.mkdir()
        for tool in TOOLS:
            (self.path / tool).symlink_to(shutil.which(tool))

    def build(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([shutil.which("bash"), BUILD, *arguments], text=True,
                              env={**os.environ, "PATH": str(self.path)},
                              capture_output=True, check=False)

    def test_each_peer_is_missing_with_a_reason(self):
        done = self.build(str(self.folder / "build"))
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual([[name, "missing"] for name in PEERS], [row[:2] for row in rows])
        for row in rows:
            self.assertEqual(3, len(row))
            self.assertIn("no apt-get or no sudo here", row[2])

    def test_wrong_arguments_are_refused(self):
        for arguments in [(), ("--unknown",)]:
            done = self.build(*arguments)
            self.assertEqual(2, done.returncode)
            self.assertIn("expected BUILD_DIRECTORY", done.stderr)


if __name__ == "__main__":
    unittest.main()
