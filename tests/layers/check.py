#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that includes go only downwards and that the libraries are good guests.

Usage: check.py ROOT. Prints `path:line: what is wrong` for each violation; exit 1 if there is one.
"""
import pathlib
import re
import sys

LAYERS = ["base", "message", "shard", "actor", "io", "service", "system"]
SOURCES = {".c", ".h", ".cpp", ".hpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
C_STANDARD = {"assert.h", "ctype.h", "errno.h", "inttypes.h", "limits.h", "math.h", "stdalign.h",
              "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h",
              "time.h"}
# The schedule explorer puts its own header in place of the atomics.
SEAM = ("libmycelium/base/sync.h", "explorer_sync.h")
FOREIGN = re.compile(r"^(ck_|gmp|zlib|jansson|jsmn|liburing|criterion/|openssl/|wslay/)")

# All concurrency goes through base/sync*, so that it can be explored and replaced.
CONCURRENCY = re.compile(
    r"(?:\bck_pr_\w+|\b__atomic_\w+|\b__sync_\w+|\batomic_\w+|\b_Atomic\b|\bvolatile\b"
    r"|\b\w*futex\w*\b|\b\w*membarrier\w*\b|\beventfd\w*\b)")
# What a library must not do to the program it lives in.
RUDE_CALL = re.compile(
    r"(?<![\w.>])(_?exit|_Exit|quick_exit|atexit|on_exit|abort|v?printf|puts|putchar"
    r"|getenv|secure_getenv|setenv|putenv|signal|sigaction|sigset|bsd_signal)\s*\("
    r"|\b(stdout|environ)\b")
COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def blank(text, keep_strings):
    """The text with comments (and strings) blanked; line numbers stay."""
    def replace(match):
        found = match.group()
        if keep_strings and found[0] in "\"'":
            return found
        return re.sub(r"[^\n]", " ", found)
    return COMMENT_OR_STRING.sub(replace, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def includes(text):
    """(line, form, path) of each include; form is '<' or '\"'."""
    code = blank(text, keep_strings=True)
    for match in INCLUDE.finditer(code):
        yield line_of(code, match.start(1)), match.group(1), match.group(2)


def check_layer_include(layer, form, path):
    if form == "<":
        if path.startswith("libtypes/"):
            return "libmycelium must not know libtypes"
        if FOREIGN.match(path) and not re.match(r"ck_|liburing", path):
            return "libmycelium depends on ck and liburing only"
        return None
    first = path.split("/")[0]
    if first not in LAYERS:
        return "write internal includes relative to libmycelium/, as \"layer/file.h\""
    if LAYERS.index(first) > LAYERS.index(layer):
        return f"layer {layer} must not include {first}, which is above it"
    return None


def check_net_include(form, path):
    """The library beside the core, which it may use as any program does."""
    if form == "<":
        if path.startswith("libtypes/"):
            return "libmycelium must not know libtypes"
        if FOREIGN.match(path) and not re.match(r"openssl/|wslay/", path):
            return "net depends on OpenSSL and wslay only"
        return None
    if not path.startswith("net/"):
        return "net may include only itself and public headers of mycelium"
    return None


def check_types_include(root, file, form, path):
    if form == "<":
        return "libtypes depends on nothing else" if FOREIGN.match(path) else None
    own = root / "libtypes"
    if (file.parent / path).is_file() or (own / path).is_file():
        return None
    return "libtypes may include only itself and public headers of mycelium"


def check_actors_include(root, file, form, path):
    if form == "<":
        return None
    for folder in (file.parent, root / "actors"):
        target = (folder / path).resolve()
        if target.is_file() and (root / "actors").resolve() in target.parents:
            return None
    return "actors may include only themselves, libtypes and public headers of mycelium"


def check_public_include(library, form, path):
    allowed = ["mycelium"] if library == "mycelium" else ["mycelium", "libtypes"]
    if form == "<" and (path.split("/")[0] in allowed or path in C_STANDARD):
        return None
    return "a public header may include only public headers and the C standard library"


def check_include(root, file, form, path):
    """What is wrong with one include of `file`, or None."""
    parts = file.relative_to(root).parts
    if (file.relative_to(root).as_posix(), path) == SEAM:
        return None
    if re.search(r"(^|/)(tests|benches)/", path) or path.startswith("support/"):
        if parts[0] != "tests" or "benches/" in path:
            return "nothing may include tests or benches"
    if parts[0] in ("libmycelium", "libtypes") and parts[1] == "include":
        return check_public_include(parts[0].removeprefix("lib"), form, path)
    if parts[0] == "libmycelium" and parts[1] in LAYERS:
        return check_layer_include(parts[1], form, path)
    if parts[:2] == ("libmycelium", "net"):
        return check_net_include(form, path)
    if parts[0] == "libtypes":
        return check_types_include(root, file, form, path)
    if parts[0] == "actors":
        return check_actors_include(root, file, form, path)
    return None


def find_concurrency(root, file, text):
    parts = file.relative_to(root).parts
    if parts[0] != "libmycelium" or (parts[1] == "base" and parts[2].startswith("sync")):
        return
    for line, _, path in includes(text):
        if path in ("stdatomic.h", "ck_pr.h", "linux/futex.h", "sys/eventfd.h"):
            yield line, f"<{path}> belongs in base/sync*"
    code = blank(text, keep_strings=False)
    for match in CONCURRENCY.finditer(re.sub(r"(?m)^\s*#\s*include.*$", "", code)):
        yield line_of(code, match.start()), f"{match.group()} belongs in base/sync*"


def find_rudeness(root, file, text):
    parts = file.relative_to(root).parts
    if parts[0] not in ("libmycelium", "libtypes"):
        return
    may_abort = parts[:2] == ("libmycelium", "base") and parts[2].startswith("check")
    code = blank(text, keep_strings=False)
    for match in RUDE_CALL.finditer(code):
        name = match.group(1) or match.group(2)
        if name != "abort" or not may_abort:
            yield line_of(code, match.start()), f"a library must not use {name}"


def check_file(root, file):
    text = file.read_text(encoding="utf-8")
    for line, form, path in includes(text):
        wrong = check_include(root, file, form, path)
        if wrong:
            yield line, f"includes {path}: {wrong}"
    yield from find_concurrency(root, file, text)
    yield from find_rudeness(root, file, text)


def source_files(root):
    for top in ("libmycelium", "libtypes", "actors", "tests", "benches"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix in SOURCES:
                yield file


def check_tree(root):
    """(count of files, list of violations) of the tree at `root`."""
    violations = []
    files = list(source_files(root))
    for file in files:
        for line, wrong in check_file(root, file):
            violations.append(f"{file.relative_to(root)}:{line}: {wrong}")
    return len(files), violations


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check.py ROOT")
    count, violations = check_tree(pathlib.Path(sys.argv[1]))
    print("\n".join(violations + [f"{count} files, {len(violations)} violations"]))
    sys.exit(1 if violations or count == 0 else 0)


if __name__ == "__main__":
    main()
