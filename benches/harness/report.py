# SPDX-License-Identifier: Apache-2.0
"""
From samples to the report: the document that --json writes.

The table, the page and the comparison are made from this document alone.
"""
from __future__ import annotations

from typing import Any, Sequence

from . import bars
from .catalogue import Row, Workload
from .contenders import OURS, Contender, Field
from .rounds import Measured, Series
from .summary import Summary, significant, summarise, times_better

Json = dict[str, Any]


def series_of(measured: Measured, workload: str, name: str, pinned: bool) -> Series:
    return measured.get((workload, name, pinned, None), Series())


def summary_of(measured: Measured, workload: str, row: str, name: str,
               pinned: bool) -> Summary | None:
    return summarise(series_of(measured, workload, name, pinned).values(row))


def why_not(series: Series, row: str) -> str:
    if series.failures:
        return series.failures[0]
    return f"printed no {row}" if series.samples else "interrupted before it ran"


def note_failures(entry: Json, series: Series) -> Json:
    """A row that has values of other rounds says how many are missing."""
    if series.failures:
        total = len(series.samples) + len(series.failures)
        entry["failed"] = f"{len(series.failures)} of {total} samples: {series.failures[0]}"
    return entry


def with_ratio(theirs: Summary, ours: Summary | None, better: str) -> Json:
    ratio = times_better(better, ours.median, theirs.median) if ours else None
    return theirs.to_json() | {"ratio": significant(ratio) if ratio is not None else None}


class Builder:
    """Turns what was measured into the rows of the report."""

    def __init__(self, measured: Measured, field: Field) -> None:
        self.measured = measured
        self.field = field

    def peer_entry(self, workload: Workload, row: Row, peer: Contender) -> Json:
        series = series_of(self.measured, workload.name, peer.name, True)
        theirs = summarise(series.values(row.name))
        if theirs is None:
            return {"missing": why_not(series, row.name)}
        entry = with_ratio(theirs, self.ours(workload, row, True), row.better)
        unpinned = summary_of(self.measured, workload.name, row.name, peer.name, False)
        if unpinned:
            entry["unpinned"] = with_ratio(unpinned, self.ours(workload, row, False), row.better)
        return note_failures(entry, series)

    def ours(self, workload: Workload, row: Row, pinned: bool) -> Summary | None:
        return summary_of(self.measured, workload.name, row.name, OURS, pinned)

    def peers(self, workload: Workload, row: Row) -> Json:
        entries: Json = {name: {"missing": reason} for name, reason in self.field.missing
                         if name in workload.peers}
        for peer in self.field.peers:
            if peer.name in workload.peers and workload.asked_of(peer.workloads):
                entries[peer.name] = self.peer_entry(workload, row, peer)
        return {name: entries[name] for name in workload.peers if name in entries}

    def row(self, workload: Workload, row: Row) -> Json:
        series = series_of(self.measured, workload.name, OURS, True)
        ours = self.ours(workload, row, True)
        unpinned = self.ours(workload, row, False)
        entry: Json = {"workload": row.name, "unit": row.unit, "better": row.better,
                       "family": workload.family, "what": row.what}
        entry |= ours.to_json() if ours else {"median": None, "min": None, "max": None, "runs": 0}
        entry["unpinned"] = unpinned.to_json() if unpinned else None
        entry["peers"] = self.peers(workload, row)
        if ours is None:
            entry["not_run"] = why_not(series, row.name)
        return note_failures(entry, series)


def judge(entry: Json, row: Row, medians: dict[str, float], peers_asked: bool) -> list[Json]:
    if entry["median"] is None:
        return [bars.unjudged(bar, row, f"not run: {entry['not_run']}") for bar in row.bars]
    peers = entry["peers"]
    judged = bars.Judged(
        row.name, row.unit, row.better, entry["median"],
        {name: peer["median"] for name, peer in peers.items() if "median" in peer},
        {name: peer["missing"] for name, peer in peers.items() if "missing" in peer},
        medians, peers_asked)
    return [bar.judge(judged) for bar in row.bars]


def build_rows(workloads: Sequence[Workload], wanted: Sequence[Row], measured: Measured,
               field: Field) -> list[Json]:
    builder = Builder(measured, field)
    names = {row.name for row in wanted}
    pairs = [(row, builder.row(workload, row)) for workload in workloads for row in workload.rows
             if row.name in names]
    medians = {row.name: entry["median"] for row, entry in pairs if entry["median"] is not None}
    for row, entry in pairs:
        entry["bars"] = judge(entry, row, medians, field.peers_asked)
        entry["bar"] = bars.hardest(entry["bars"])
    return [entry for _, entry in pairs]


def percentile_points(series: Series, prefix: str) -> list[Json]:
    """The median run at each percentile, with the range of the runs."""
    found: dict[float, list[float]] = {}
    for sample in series.samples:
        for percentile, value in sample.curves.get(prefix, {}).items():
            found.setdefault(percentile, []).append(value)
    return [{"percentile": significant(percentile), **summary.to_json()}
            for percentile, values in sorted(found.items())
            if (summary := summarise(values)) is not None]


def prefixes(series: Series) -> list[str]:
    return sorted({prefix for sample in series.samples for prefix in sample.curves})


def build_latency(workloads: Sequence[Workload], measured: Measured, field: Field) -> Json:
    result: Json = {}
    for workload in workloads:
        ours = series_of(measured, workload.name, OURS, True)
        for prefix in prefixes(ours):
            lines = {peer.name: percentile_points(
                series_of(measured, workload.name, peer.name, True), prefix)
                for peer in field.peers}
            result[prefix] = {"unit": "ns", "points": percentile_points(ours, prefix),
                              "peers": {name: points for name, points in lines.items() if points}}
    return result
