#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants faults in a small tree of documents and expects each to be found."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check  # noqa: E402

README = """# A
[one](libmycelium/include/mycelium/one.h), [ask](tests/examples/ask.c), [b](#part-b), [w](https://w/)
```c
[not](a_link)
```
## Part B
"""


class Check(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        self.write("README.md", README)
        self.write("libmycelium/include/mycelium/one.h", "")
        self.write("libmycelium/include/mycelium/error.h", "")
        self.write("tests/examples/ask.c", "line\n" * check.EXAMPLE_LINES_MAX)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def expect(self, *parts):
        found = check.faults(self.root)
        self.assertEqual(len(parts), len(found), found)
        for part, fault in zip(parts, found):
            self.assertIn(part, fault)

    def test_accepts_what_hangs_together(self):
        self.expect()

    def test_finds_a_link_that_leads_nowhere(self):
        self.write("actors/README.md", "[x](gone.c)")
        self.expect("actors/README.md: the link gone.c leads nowhere")

    def test_finds_an_anchor_without_a_heading(self):
        self.write("actors/README.md", "[x](../README.md#part-c)")
        self.expect("names no heading")

    def test_finds_a_header_that_is_no_feature(self):
        self.write("libmycelium/include/mycelium/two.h", "")
        self.expect("no feature links to libmycelium/include/mycelium/two.h")

    def test_finds_an_example_that_nobody_links_to(self):
        self.write("tests/examples/timers.c", "")
        self.expect("no feature links to tests/examples/timers.c")

    def test_finds_an_example_that_is_too_long(self):
        self.write("tests/examples/ask.c", "line\n" * (check.EXAMPLE_LINES_MAX + 1))
        self.expect("41 lines")


if __name__ == "__main__":
    unittest.main()
