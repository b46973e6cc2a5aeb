#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of plant.py: an edit that no longer fits its source must not pass."""
import pathlib
import tempfile
import unittest

import plant


class PlantTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        (self.root / "lib").mkdir()
        (self.root / "lib/a.c").write_text("one;\n    two;\nthree;\ntwo;\n")

    def plant(self, *texts):
        edits = []
        for number, text in enumerate(texts):
            edits.append(self.root / f"{number}.edit")
            edits[-1].write_text(text)
        code = plant.main(self.root, self.root / "out", *edits)
        copy = self.root / "out/a.c"
        return code, copy.read_text() if copy.exists() else None

    def test_replaces_lines_whatever_their_spaces(self):
        code, text = self.plant("file: lib/a.c\n-two;\n-   three;\n+2;\n")
        self.assertEqual((0, "one;\n2;\ntwo;\n"), (code, text))

    def test_removes_lines(self):
        code, text = self.plant("# why\nscenario: x\nfile: lib/a.c\n-three;\n\n-one;\n")
        self.assertEqual((0, "    two;\ntwo;\n"), (code, text))

    def test_adds_up_edits_of_one_file(self):
        code, text = self.plant("file: lib/a.c\n-one;\n+1;\n", "file: lib/a.c\n-three;\n+3;\n")
        self.assertEqual((0, "1;\n    two;\n3;\ntwo;\n"), (code, text))

    def test_refuses_what_is_not_there(self):
        self.assertEqual((1, None), self.plant("file: lib/a.c\n-four;\n+4;\n"))

    def test_refuses_what_is_there_twice(self):
        self.assertEqual((1, None), self.plant("file: lib/a.c\n-two;\n+2;\n"))

    def test_refuses_a_file_that_is_gone(self):
        self.assertEqual((1, None), self.plant("file: lib/b.c\n-one;\n"))

    def test_refuses_a_line_it_does_not_know(self):
        self.assertEqual((1, None), self.plant("file: lib/a.c\none;\n"))

    def test_refuses_lines_to_add_nowhere(self):
        self.assertEqual((1, None), self.plant("file: lib/a.c\n+one;\n"))

    def test_refuses_an_edit_of_no_file(self):
        self.assertEqual((1, None), self.plant("-one;\n+1;\n"))


if __name__ == "__main__":
    unittest.main()
