# SPDX-License-Identifier: Apache-2.0
"""
What changed since an older report, beyond the noise seen in both.

A row is better or worse when the ranges [min, max] of the two reports do not overlap and their
medians differ by more than either range is wide. Anything less is the same. A range needs at
least two runs: a row with fewer in either report is never called changed.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Sequence

from .selection import is_wanted
from .summary import Summary, from_json

RUNS_MIN = 2
Json = dict[str, Any]


@dataclass(frozen=True)
class Change:
    verdict: str  # better, worse, same, new, gone
    percent: float | None = None  # of the median, against the old one


def beyond_noise(old: Summary, new: Summary) -> bool:
    if min(old.runs, new.runs) < RUNS_MIN:
        return False
    apart = new.min > old.max or new.max < old.min
    return apart and abs(new.median - old.median) > max(old.spread, new.spread)


def changed(old: Summary, new: Summary, better: str) -> Change:
    percent = (new.median / old.median - 1) * 100 if old.median > 0 else None
    if not beyond_noise(old, new):
        return Change("same", percent)
    is_better = (new.median > old.median) == (better == "higher")
    return Change("better" if is_better else "worse", percent)


def compare_rows(old: Json | None, new: Json | None) -> Change:
    before, after = from_json(old), from_json(new)
    if old and new and old["unit"] != new["unit"]:
        before = None  # another measure under the same name
    if before and after and new:
        return changed(before, after, new["better"])
    return Change("gone" if before else "new")


def compare(old: Json, new: Json, only: Sequence[str] = ()) -> dict[str, Change]:
    """
    The change of every row that has a figure in either report.

    Rows that nobody asked for, or that an interrupt cut off, are not gone.
    """
    after = {row["workload"]: row for row in new["rows"]}
    before = {row["workload"]: row for row in old["rows"]
              if row["workload"] in after or is_wanted(row["workload"], only)}
    cut_off = {name for name, row in after.items() if new["interrupted"] and not from_json(row)}
    return {name: compare_rows(before.get(name), after.get(name))
            for name in {**after, **before} if name not in cut_off
            and (from_json(before.get(name)) or from_json(after.get(name)))}


def cautions(old: Json, new: Json) -> list[str]:
    """Differences between the runs that make a comparison of their figures doubtful."""
    found = [f"{key} was {old['machine'].get(key)}, is {new['machine'].get(key)}"
             for key in ("processor", "processors", "kernel", "compiler", "flags", "governor")
             if old["machine"].get(key) != new["machine"].get(key)]
    if old.get("quick") != new.get("quick"):
        found.append("one of the two runs was --quick")
    return [f"compared with another setting: {text}" for text in found]


def totals(changes: dict[str, Change]) -> str:
    verdicts = [change.verdict for change in changes.values()]
    return "compared: " + ", ".join(f"{verdicts.count(name)} {name}"
                                    for name in ("better", "worse", "same", "new", "gone"))
