# SPDX-License-Identifier: Apache-2.0
"""
The kinds of bars a row has to pass, and how each is judged from the medians of one run.

Every bar comes to two numbers: `ratio`, how many times better the row is than what it is held
against, and `ratio_required`. It is met when the ratio is at least what is required, so "at most
1.3 times the C loop" requires 1 / 1.3. A bar that lacks what it is held against is not judged.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from . import figures
from .summary import significant, times_better


@dataclass(frozen=True)
class Judged:
    """A row as the bars see it."""
    name: str
    unit: str
    better: str
    median: float
    peers: dict[str, float]  # medians
    missing_peers: dict[str, str]  # reasons
    medians: dict[str, float]  # of all rows of the run
    peers_asked: bool


class Bar(Protocol):
    def judge(self, row: Judged) -> dict[str, Any]:
        ...


def verdict(text: str, against: str, required: float, ratio: float | None, *,
            measured: str | None = None, reason: str | None = None) -> dict[str, Any]:
    result: dict[str, Any] = {"text": text, "against": against,
                              "ratio_required": significant(required), "ratio": None, "met": None}
    if ratio is None:
        return result | {"not_judged": reason or "nothing to divide by"}
    result["ratio"] = significant(ratio)
    result["measured"] = measured or figures.ratio(ratio)
    if reason:
        return result | {"not_judged": reason}
    return result | {"met": ratio >= required}


def peers_reason(row: Judged, name: str) -> str:
    if not row.peers_asked:
        return "needs --peers"
    return f"{name} is missing"


@dataclass(frozen=True)
class PeerBar:
    """At least `required` times better than one peer."""
    peer: str
    required: float

    def judge(self, row: Judged) -> dict[str, Any]:
        text = f">= {self.required:g} x {self.peer}"
        if self.peer not in row.peers:
            return verdict(text, self.peer, self.required, None,
                           reason=peers_reason(row, self.peer))
        ratio = times_better(row.better, row.median, row.peers[self.peer])
        return verdict(text, self.peer, self.required, ratio)


@dataclass(frozen=True)
class BestPeerBar:
    """
    At least `required` times better than whichever peer does best.

    A peer that is missing could have been the best: without it the bar can be missed, not met.
    """
    required: float

    def judge(self, row: Judged) -> dict[str, Any]:
        text = f">= {self.required:g} x the best peer"
        ratios = {name: times_better(row.better, row.median, median)
                  for name, median in row.peers.items()}
        known = {name: ratio for name, ratio in ratios.items() if ratio is not None}
        if not known:
            return verdict(text, "the best peer", self.required, None,
                           reason=peers_reason(row, ", ".join(row.missing_peers) or "every peer"))
        best = min(known, key=lambda name: known[name])
        short = known[best] >= self.required and row.missing_peers
        return verdict(text, best, self.required, known[best],
                       measured=f"{figures.ratio(known[best])} ({best})",
                       reason=peers_reason(row, ", ".join(row.missing_peers)) if short else None)


TIMES, PACE, BELOW = "times", "pace", "below"


@dataclass(frozen=True)
class RowBar:
    """
    Held against another row of the same unit and of the same run.

    As TIMES: at most `factor` times that row's figure. As BELOW the same, worded as how much lower
    it has to be. As PACE: at least `factor` times its pace, whichever way the figures run, so that
    0.4 allows 2.5 times the nanoseconds.
    """
    other: str
    factor: float
    style: str = TIMES

    def judge(self, row: Judged) -> dict[str, Any]:
        required = self.factor if self.style == PACE else 1 / self.factor
        if self.other not in row.medians:
            return verdict(self.text(), self.other, required, None,
                           reason=f"{self.other} has no figure")
        ratio = times_better(row.better, row.median, row.medians[self.other])
        return verdict(self.text(), self.other, required, ratio, measured=self.measured(ratio))

    def text(self) -> str:
        return {TIMES: f"<= {self.factor:g} x {self.other}",
                BELOW: f">= {(1 - self.factor) * 100:g} % below {self.other}",
                PACE: f">= {self.factor:g} x the pace of {self.other}"}[self.style]

    def measured(self, ratio: float | None) -> str | None:
        if not ratio:
            return None
        if self.style == BELOW:
            return f"{(1 - 1 / ratio) * 100:.1f} % below"
        return figures.ratio(ratio if self.style == PACE else 1 / ratio)


@dataclass(frozen=True)
class AbsoluteBar:
    """At most `limit` nanoseconds or bytes each; a rate is turned into nanoseconds a message."""
    limit: float

    def judge(self, row: Judged) -> dict[str, Any]:
        is_rate = row.unit == "messages/s"
        unit = "ns per message" if is_rate else row.unit
        text = f"<= {self.limit:g} {unit}"
        if row.median <= 0:
            return verdict(text, f"{self.limit:g} {unit}", 1, None)
        cost = 1e9 / row.median if is_rate else row.median
        return verdict(text, f"{self.limit:g} {unit}", 1, self.limit / cost,
                       measured=figures.with_unit(cost, "ns" if is_rate else row.unit))


def hardest(bars: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The bar that is furthest from being met; one that is not judged only when none is."""
    judged = [bar for bar in bars if bar["met"] is not None]
    if judged:
        return min(judged, key=lambda bar: bar["ratio"] / bar["ratio_required"])
    return bars[0] if bars else None


def unjudged(bar: Bar, row: Any, reason: str) -> dict[str, Any]:
    """The bar of a row that has no figure."""
    empty = Judged(row.name, row.unit, row.better, 0, {}, {}, {}, True)
    return bar.judge(empty) | {"ratio": None, "met": None, "not_judged": reason}
