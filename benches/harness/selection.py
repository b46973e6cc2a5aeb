# SPDX-License-Identifier: Apache-2.0
"""Which workloads to measure, and which of them in the same rounds."""
from __future__ import annotations

from typing import Iterable, Sequence

from .bars import RowBar
from .catalogue import Row, Workload
from .options import WrongArguments


def matches(name: str, wanted: str) -> bool:
    return name == wanted or name.startswith(wanted + ".")


def is_wanted(name: str, only: Sequence[str]) -> bool:
    return not only or any(matches(name, wanted) for wanted in only)


def check_names(only: Sequence[str], known: Iterable[str]) -> None:
    names = list(known)
    for wanted in only:
        if not any(matches(name, wanted) for name in names):
            tops = sorted({name.split(".")[0] for name in names})
            raise WrongArguments(f"--only: no row is named '{wanted}', expected one of: "
                                 f"{', '.join(tops)}, or a name below one of these")


def references(row: Row) -> list[str]:
    return [bar.other for bar in row.bars if isinstance(bar, RowBar)]


def wanted_rows(workloads: Sequence[Workload], only: Sequence[str]) -> list[Row]:
    """The rows `only` names and those their bars are held against, in the catalogue's order."""
    rows = [row for workload in workloads for row in workload.rows]
    chosen = {row.name for row in rows if is_wanted(row.name, only)}
    chosen |= {other for row in rows if row.name in chosen for other in references(row)}
    return [row for row in rows if row.name in chosen]


def wanted_workloads(workloads: Sequence[Workload], rows: Sequence[Row]) -> list[Workload]:
    names = {row.name for row in rows}
    return [workload for workload in workloads
            if any(row.name in names for row in workload.rows)]


def groups(workloads: Sequence[Workload]) -> list[list[Workload]]:
    """
    Workloads that a bar holds against each other stand in one group, which is sampled in the
    same rounds: otherwise minutes of drift would be part of the ratio.
    """
    owner = {row.name: workload.name for workload in workloads for row in workload.rows}
    leader = {workload.name: workload.name for workload in workloads}

    def find(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for workload in workloads:
        for other in (other for row in workload.rows for other in references(row)):
            if other in owner:
                leader[find(owner[other])] = find(workload.name)
    result: dict[str, list[Workload]] = {}
    for workload in workloads:
        result.setdefault(find(workload.name), []).append(workload)
    return list(result.values())
