# SPDX-License-Identifier: Apache-2.0
"""The plots of the page: each is a function from the report to SVG, or None without data."""
from __future__ import annotations

import math
from typing import Any, Sequence

from . import plotting
from .figures import typeset
from .plotting import GRID, INK, MET, MISSED, MUTED, colour
from .summary import from_json

Json = dict[str, Any]
WIDE, HALF = 12.4, 6.2


def rows_axes(names: Sequence[str], row_height: float = 0.36) -> tuple[Any, Any]:
    """Axes with one line of text a row, the first on top."""
    fig, axes = plotting.figure(WIDE, row_height * len(names) + 1)
    axes.set_yticks(range(len(names)), labels=names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    return fig, axes


def peer_ratios(row: Json) -> dict[str, float]:
    return {name: peer["ratio"] for name, peer in row["peers"].items() if peer.get("ratio")}


def log_steps(axes: Any, low: float, high: float) -> None:
    """A log axis from `low` to `high` with as many ticks as have room for their labels."""
    axes.set_xscale("log")
    steps = (1, 2, 5) if high / low < 2000 else (1,)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [step * 10.0 ** decade for decade in decades for step in steps]
    axes.set_xticks([tick for tick in ticks if low <= tick <= high])
    axes.set_xlim(low, high)


def ratios(report: Json) -> str | None:
    """How many times better than each peer, a mark for each; the bar as a stroke."""
    rows = [row for row in report["rows"] if peer_ratios(row)
            and not row["workload"].endswith((".max", ".p999"))]
    if not rows:
        return None
    fig, axes = rows_axes([row["workload"] for row in rows])
    shown: set[str] = set()
    for place, row in enumerate(rows):
        draw_ratios(axes, place, row, shown)
    found = [ratio for row in rows for ratio in peer_ratios(row).values()]
    log_steps(axes, min(0.5, max(min(found), 0.001) / 1.4), max(2, max(found) * 1.4))
    axes.axvline(1, color=MUTED, linewidth=1.2)
    plotting.ratio_axis(axes.xaxis)
    axes.set_xlabel("times better than the peer, medians, log scale  ·  right of 1× Mycelium is "
                    "better")
    plotting.legend(axes)
    return plotting.to_svg(fig, "Ratios against peers")


def draw_ratios(axes: Any, place: int, row: Json, shown: set[str]) -> None:
    peers = peer_ratios(row)
    for number, (name, ratio) in enumerate(peers.items()):
        at = place + (number - (len(peers) - 1) / 2) * 0.19
        axes.barh(at, ratio - 1, left=1, height=0.17, color=colour(name),
                  label=None if name in shown else name)
        shown.add(name)
    for bar in row["bars"]:
        if bar["against"] in peers and bar["ratio"] is not None:
            axes.plot([bar["ratio_required"]] * 2, [place - 0.46, place + 0.46], color=INK,
                      linewidth=2, label=None if "bar" in shown else "bar to pass")
            shown.add("bar")


def bars(report: Json) -> str | None:
    """How far each bar is passed or missed: what was reached over what is required."""
    judged = [(row["workload"], bar) for row in report["rows"] for bar in row["bars"]
              if bar["met"] is not None and bar["ratio"]]
    if not judged:
        return None
    fig, axes = rows_axes([name for name, _ in judged])
    reached = [bar["ratio"] / bar["ratio_required"] for _, bar in judged]
    low, high = min(0.4, max(min(reached), 0.001) / 2), max(3, max(reached) * 2.6)
    for place, ((_, bar), value) in enumerate(zip(judged, reached)):
        tone = MET if bar["met"] else MISSED
        axes.plot([1, value], [place, place], color=tone, linewidth=3, solid_capstyle="butt")
        axes.plot(value, place, "o", color=tone, markersize=7)
        axes.annotate(f"{typeset(bar['measured'])}  ({typeset(bar['text'])})",
                      (max(value, 1), place), (10, 0), textcoords="offset points", va="center",
                      fontsize=9.5, color=MUTED)
    log_steps(axes, low, high * 3)
    axes.axvline(1, color=MUTED, linewidth=1.2)
    plotting.ratio_axis(axes.xaxis)
    axes.set_xlabel("reached / required, log scale  ·  right of 1× is met")
    return plotting.to_svg(fig, "Bars met and missed")


PERCENTILE_TICKS = (50, 90, 99, 99.9, 99.99)


def tail(percentile: float, last: float) -> float:
    """1 / (1 - p), the usual scale of a tail; the maximum stands one place after the last."""
    return 1 / (1 - percentile / 100) if percentile < 100 else last * 10 ** 0.8


def draw_line(axes: Any, xs: Sequence[float], points: Sequence[Json], name: str, label: str,
              marker: str | None = None) -> None:
    axes.fill_between(xs, [point["min"] for point in points], [point["max"] for point in points],
                      color=colour(name), alpha=0.16, linewidth=0)
    axes.plot(xs, [point["median"] for point in points], color=colour(name), label=label,
              marker=marker)


def latency(title: str, lines: Sequence[tuple[str, str, Sequence[Json]]]) -> str | None:
    """`lines`: colour, label, points of a percentile curve."""
    lines = [line for line in lines if line[2]]
    if not lines:
        return None
    fig, axes = plotting.figure(HALF, 3.9)
    below = [point["percentile"] for _, _, points in lines for point in points
             if point["percentile"] < 100]
    last = tail(max(below, default=50), 1)
    for name, label, points in lines:
        positive = [point for point in points if point["min"] > 0 and point["percentile"] >= 50]
        draw_line(axes, [tail(point["percentile"], last) for point in positive], positive, name,
                  label, "o")
    axes.set_xscale("log")
    axes.set_yscale("log")
    ticks = [tick for tick in PERCENTILE_TICKS if tail(tick, last) <= last]
    axes.set_xticks([*(tail(tick, last) for tick in ticks), tail(100, last)],
                    labels=[*(f"{tick:g} %" for tick in ticks), "max"])
    axes.xaxis.set_ticks([], minor=True)
    plotting.ns_axis(axes.yaxis, *axes.get_ylim())
    axes.set_xlabel("share of events that were this fast or faster")
    plotting.legend(axes, 6)
    return plotting.to_svg(fig, title)


def cost(name: str, curve: Json) -> str | None:
    """Nanoseconds a message as something grows, both on log scales."""
    fig, axes = plotting.figure(HALF, 3.7)
    xs: set[float] = set()
    for who, points in {"mycelium": curve["points"], **curve["peers"]}.items():
        found = [point for point in points if point.get("min")]
        xs |= {point["x"] for point in found}
        draw_line(axes, [point["x"] for point in found], found, who, who, "o")
    axes.set_xscale("log")
    axes.set_yscale("log")
    plotting.count_axis(axes.xaxis, sorted(xs))
    widen(axes)
    plotting.ns_axis(axes.yaxis, *axes.get_ylim())
    axes.set_xlabel(curve["axis"])
    axes.set_ylabel("a message")
    plotting.legend(axes)
    return plotting.to_svg(fig, f"Cost by {name}")


def widen(axes: Any) -> None:
    """At least a factor of ten from bottom to top, so that a flat curve looks flat."""
    low, high = axes.get_ylim()
    missing = max(1.0, 10 / (high / low)) ** 0.5
    axes.set_ylim(low / missing, high * missing)


def spread(report: Json) -> str | None:
    """The range of the runs around the median: what difference this run could have seen."""
    rows = [row for row in report["rows"] if from_json(row) and row["median"] > 0
            and not row["workload"].endswith((".max", ".p999")) and ".at_10k" not in row["workload"]
            and ".flat_out" not in row["workload"]]
    if not rows:
        return None
    fig, axes = rows_axes([row["workload"] for row in rows], 0.26)
    for place, row in enumerate(rows):
        for part, offset, name in ((row, -0.12, "mycelium"), (row["unpinned"], 0.2, "other")):
            if part:
                draw_spread(axes, place + offset, part, row["median"], name, place == 0)
    reach = max(abs(value) for value in axes.get_xlim())
    axes.set_xlim(-min(reach, 100), min(reach, 100))
    axes.axvline(0, color=GRID, linewidth=1.2)
    axes.set_xlabel("difference from the pinned median, %")
    plotting.legend(axes)
    return plotting.to_svg(fig, "Run-to-run spread")


def draw_spread(axes: Any, at: float, part: Json, median: float, name: str, first: bool) -> None:
    low, middle, high = ((part[key] / median - 1) * 100 for key in ("min", "median", "max"))
    label = {"mycelium": "pinned", "other": "unpinned"}[name]
    axes.plot([low, high], [at, at], color=colour(name), linewidth=3.2, alpha=0.55,
              solid_capstyle="round")
    axes.plot(middle, at, "o", color=colour(name), markersize=5, label=label if first else None)
