# SPDX-License-Identifier: Apache-2.0
"""The command line: what the user gives tools/bench, and what tools/bench gives the harness."""
from __future__ import annotations

import argparse
import pathlib
import shlex
import sys
from dataclasses import dataclass, field
from typing import NoReturn, Sequence

HELP = pathlib.Path(__file__).with_name("help.txt")
RUNS_MAX = 100


class WrongArguments(Exception):
    """One line: what, where, what was expected."""


@dataclass(frozen=True)
class Options:
    quick: bool = False
    only: tuple[str, ...] = ()
    runs: int = 5
    peers: bool = False
    json_path: str | None = None
    html_path: str | None = None
    compare_path: str | None = None
    program: str = ""
    peer_list: str | None = None
    check: bool = False
    command: str = field(default="tools/bench")


class OneLineParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise WrongArguments(f"{message} (see tools/bench --help)")


def parse_names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise argparse.ArgumentTypeError(f"'{text}': expected names with commas between them")
    return names


def parse_runs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= RUNS_MAX):
        raise argparse.ArgumentTypeError(f"'{text}': expected a number from 1 to {RUNS_MAX}")
    return int(text)


def parse_path(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("expected a path, got nothing")
    return text


def plain_parser() -> OneLineParser:
    return OneLineParser(prog="tools/bench", add_help=False, allow_abbrev=False)


def user_parser() -> OneLineParser:
    parser = plain_parser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", type=parse_names, default=())
    parser.add_argument("--runs", type=parse_runs)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--json", dest="json_path", type=parse_path)
    parser.add_argument("--html", dest="html_path", type=parse_path)
    parser.add_argument("--compare", dest="compare_path", type=parse_path)
    parser.add_argument("--help", action="store_true")
    return parser


def starter_parser() -> OneLineParser:
    """What tools/bench adds: the programs it built; --check-arguments before it builds any."""
    parser = plain_parser()
    parser.add_argument("--program", default="")
    parser.add_argument("--peer-list")
    parser.add_argument("--check-arguments", dest="check", action="store_true")
    return parser


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """What tools/bench gives stands before the first `--`, what the user gave behind it."""
    given = list(arguments)
    place = given.index("--") if "--" in given else len(given)
    return given[:place], given[place + 1:]


def parse(arguments: Sequence[str]) -> Options:
    before, rest = split(arguments)
    starter = starter_parser().parse_args(before)
    user = vars(user_parser().parse_args(rest))
    if user.pop("help"):
        sys.stdout.write(HELP.read_text(encoding="utf-8"))
        raise SystemExit(0)
    user["runs"] = user["runs"] or (3 if user["quick"] else 5)
    command = shlex.join(["tools/bench", *rest])
    return Options(**user, **vars(starter), command=command)
