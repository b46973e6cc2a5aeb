#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applies edits to copies of sources. Usage: plant.py ROOT OUT EDIT...

An edit file names files, relative to ROOT, and what to replace in them:

    # Any comment.
    file: libmycelium/base/spsc_ring.h
    -     one or more lines that stand in the file exactly once (spaces do not matter)
    +     none or more lines that take their place

The copies are written to OUT, without the first two folders of tests/sim and the first of others, so
that OUT can stand before them in an include path. Edits of the same file add up. An edit that no
longer fits its source fails, with exit code 1.
"""
import pathlib
import re
import sys


class Misfit(Exception):
    """An edit that cannot be applied."""


def parse(text, name):
    """Yields (file, old lines, new lines)."""
    path, old, new = None, [], []
    for number, line in enumerate([*text.splitlines(), "file: end"], start=1):
        if (old or new) and (line.startswith("file:") or not line or (line[0] == "-" and new)):
            yield path, old, new
            old, new = [], []
        if line.startswith("file:"):
            path = line.removeprefix("file:").strip()
        elif line.startswith("-") and path:
            old.append(line[1:])
        elif line.startswith("+") and old:
            new.append(line[1:])
        elif line and not line.startswith("#") and not re.match(r"[a-z]+: ", line):
            raise Misfit(f"{name}:{number}: expected '#', 'key: ', after 'file: ' '-' and then '+'")


def words(line):
    return line.split()


def replace(lines, old, new, where):
    """The lines with `old` replaced by `new`."""
    wanted = [words(line) for line in old]
    found = [i for i in range(len(lines) - len(old) + 1)
             if [words(line) for line in lines[i:i + len(old)]] == wanted]
    if len(found) != 1:
        raise Misfit(f"{where}: found {len(found)} times, expected once:\n" + "\n".join(old))
    return lines[:found[0]] + new + lines[found[0] + len(old):]


def place_of(path):
    """Where the copy of ROOT/path stands below OUT."""
    parts = pathlib.PurePosixPath(path).parts
    return pathlib.Path(*parts[2 if parts[:2] == ("tests", "sim") else 1:])


def apply(root, edits):
    """Returns {path: lines} of all files the edits touch."""
    changed = {}
    for edit in edits:
        for path, old, new in parse(edit.read_text(), edit.name):
            lines = changed.get(path) or (root / path).read_text().splitlines()
            changed[path] = replace(lines, old, new, f"{edit.name}: {path}")
    return changed


def main(root, out, *edits):
    try:
        changed = apply(pathlib.Path(root), [pathlib.Path(edit) for edit in edits])
    except (Misfit, OSError) as error:
        print(f"plant.py: {error}", file=sys.stderr)
        return 1
    for path, lines in changed.items():
        target = pathlib.Path(out) / place_of(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
