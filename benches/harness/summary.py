# SPDX-License-Identifier: Apache-2.0
"""What several runs of one row come to: the median, and the range they spread over."""
from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any, Sequence


@dataclass(frozen=True)
class Summary:
    median: float
    min: float
    max: float
    runs: int

    @property
    def spread(self) -> float:
        return self.max - self.min

    @property
    def relative_spread(self) -> float:
        """The spread as a part of the median; 0 when there is nothing to divide by."""
        return self.spread / self.median if self.median > 0 else 0.0

    def to_json(self) -> dict[str, Any]:
        return {"median": significant(self.median), "min": significant(self.min),
                "max": significant(self.max), "runs": self.runs}


def summarise(values: Sequence[float]) -> Summary | None:
    if not values:
        return None
    return Summary(statistics.median(values), min(values), max(values), len(values))


def from_json(figures: dict[str, Any] | None) -> Summary | None:
    """The summary of a row, a peer or a point of a report; None where there is no median."""
    if not figures or figures.get("median") is None:
        return None
    return Summary(figures["median"], figures["min"], figures["max"], figures.get("runs", 0))


def significant(value: float, digits: int = 6) -> float:
    """Whole numbers stay whole, so that byte counts read as such."""
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def times_better(better: str, ours: float, theirs: float) -> float | None:
    """How many times better `ours` is than `theirs`; above 1 is better."""
    if ours <= 0 or theirs <= 0:
        return None
    return ours / theirs if better == "higher" else theirs / ours
