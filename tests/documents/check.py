#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the documents hang together: every link leads somewhere, the README's table of features
names every public header and every example, and an example is short enough to be read at a glance.

Usage: check.py ROOT. Prints `path: what is wrong` for each fault; exit 1 if there is one.
"""
import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
EXAMPLE_LINES_MAX = 40
# What every program includes, or what others include for it.
NO_FEATURES = {"mycelium.h", "export.h", "error.h"}


def documents(root):
    skipped = {"build", ".git"}
    return [path for path in sorted(root.rglob("*.md"))
            if not skipped & set(path.relative_to(root).parts)]


def links(text):
    return LINK.findall(FENCE.sub("", text))


def anchors(text):
    """The names that headings can be linked by."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            for heading in HEADING.findall(FENCE.sub("", text))}


def fault_of_link(path, link):
    if re.match(r"[a-z]+:", link):
        return None
    name, _, anchor = link.partition("#")
    target = (path.parent / name).resolve() if name else path
    if not target.exists():
        return f"the link {link} leads nowhere"
    if anchor and target.suffix == ".md" and anchor not in anchors(target.read_text()):
        return f"the link {link} names no heading of {target.name}"
    return None


def faults_of_links(root):
    for path in documents(root):
        for link in links(path.read_text()):
            fault = fault_of_link(path, link)
            if fault:
                yield f"{path.relative_to(root)}: {fault}"


def faults_of_features(root):
    linked = {(root / link.partition("#")[0]).resolve()
              for link in links((root / "README.md").read_text())}
    headers = [path for path in (root / "libmycelium/include/mycelium").glob("*.h")
               if path.name not in NO_FEATURES]
    for path in sorted(headers) + sorted((root / "tests/examples").glob("*.c")):
        if path.resolve() not in linked:
            yield f"README.md: no feature links to {path.relative_to(root)}"


def faults_of_examples(root):
    for path in sorted((root / "tests/examples").glob("*.c")):
        count = len(path.read_text().splitlines())
        if count > EXAMPLE_LINES_MAX:
            yield f"{path.relative_to(root)}: {count} lines; at most {EXAMPLE_LINES_MAX}"


def faults(root):
    return [*faults_of_links(root), *faults_of_features(root), *faults_of_examples(root)]


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    found = faults(pathlib.Path(sys.argv[1]).resolve())
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
