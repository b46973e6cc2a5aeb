# SPDX-License-Identifier: Apache-2.0
"""The report as a JSON file: written whole, and checked when it is read back."""
from __future__ import annotations

import json
import os
import pathlib
from typing import Any

from .options import WrongArguments

Json = dict[str, Any]


class CannotWrite(Exception):
    """One line that names the file."""


def check_writable(path: str) -> None:
    """Finds out now, not after minutes of measuring. Leaves no new file behind."""
    existed = os.path.exists(path)
    try:
        with open(path, "a", encoding="utf-8"):
            pass
    except OSError as error:
        raise CannotWrite(f"{path}: {error.strerror}") from error
    if not existed:
        os.unlink(path)


def write_text(path: str, text: str) -> None:
    try:
        pathlib.Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotWrite(f"{path}: {error.strerror}") from error


def to_text(report: Json) -> str:
    """One row a line, so that two files can be compared line by line."""
    parts = [f"{json.dumps(name)}: {put(name, value)}" for name, value in report.items()]
    return "{" + ",\n".join(parts) + "}\n"


def put(name: str, value: Any) -> str:
    if name == "rows":
        return "[\n" + ",\n".join(json.dumps(row, allow_nan=False) for row in value) + "\n]"
    return json.dumps(value, allow_nan=False)


def read(path: str) -> Json:
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise WrongArguments(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise WrongArguments(f"{path}: not JSON: byte {error.start} is not UTF-8") from error
    try:
        report = json.loads(text)
    except json.JSONDecodeError as error:
        raise WrongArguments(
            f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from error
    check_form(report, path)
    return report


KINDS = {dict: "an object", list: "a list", str: "a text", float: "a number", int: "a number"}


def expect(value: Any, kind: type, where: str) -> Any:
    number = kind is float and isinstance(value, (int, float)) and not isinstance(value, bool)
    if number or (kind is not float and isinstance(value, kind)):
        return value
    shown = json.dumps(value)
    shown = shown if len(shown) <= 40 else shown[:37] + "..."
    raise WrongArguments(f"{where}: expected {KINDS[kind]}, got {shown}")


def member(parent: Json, name: str, kind: type, where: str) -> Any:
    if name not in parent:
        raise WrongArguments(f"{where}: expected a member '{name}'; "
                             "is it a file that tools/bench --json wrote?")
    return expect(parent[name], kind, f"{where}.{name}")


def check_row(row: Any, where: str) -> None:
    expect(row, dict, where)
    for name in ("workload", "unit", "better"):
        member(row, name, str, where)
    if row["better"] not in ("higher", "lower"):
        raise WrongArguments(f"{where}.better: expected \"higher\" or \"lower\", "
                             f"got {json.dumps(row['better'])}")
    if row.get("median", 0) is None:
        return
    for name in ("median", "min", "max", "runs"):
        member(row, name, float, where)


def check_form(report: Any, path: str) -> None:
    expect(report, dict, path)
    member(report, "machine", dict, path)
    for number, row in enumerate(member(report, "rows", list, path)):
        check_row(row, f"{path}: rows[{number}]")
