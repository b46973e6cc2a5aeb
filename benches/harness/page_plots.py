# SPDX-License-Identifier: Apache-2.0
"""The sections of the page that hold plots; without the plotting library they say so."""
from __future__ import annotations

from html import escape
from typing import Any, Callable

try:
    from . import plots
except ImportError:
    plots = None  # type: ignore[assignment]

Json = dict[str, Any]
Section = Callable[[str, str, str | None], str]
NO_PLOTS = ("There are no plots here: the plotting library (Debian package python3-matplotlib) "
            "could not be loaded.")
HOT_PATHS = (("", "at 100 k events/s"), (".at_10k", "at 10 k events/s"), (".flat_out", "flat out"))
PACED = (("busy", "busy", "Busy worker"), ("spin_park", "busy", "Worker that spins, then parks"),
         ("park", "park", "Worker that parks at once"))


def wide(svg: str | None) -> str | None:
    return f'<div class="card plot">{svg}</div>' if svg else None


def titled(title: str, note: str, svg: str | None) -> str:
    if not svg:
        return ""
    return (f'<div class="card"><h3>{escape(title)}</h3>'
            f'<p class="note">{escape(note)}</p>{svg}</div>')


def grid(cards: list[str]) -> str | None:
    found = "".join(cards)
    return f'<div class="plots">{found}</div>' if found else None


def points(report: Json, prefix: str) -> list[Json]:
    return report["latency"].get(prefix, {}).get("points", [])


def paced_plot(report: Json, mode: str, loop: str) -> str | None:
    prefix = f"paced_latency.{mode}"
    peers = report["latency"].get(prefix, {}).get("peers", {})
    return plots.latency(prefix, [
        ("mycelium", "mycelium", points(report, prefix)),
        *((name, name, found) for name, found in peers.items()),
        ("c-loop", "bare C loop", points(report, f"limits.c_loop.{loop}"))])


def hot_path_plot(report: Json, suffix: str) -> str | None:
    forms = (("mycelium", "one worker", "together"),
             ("spread", "two workers", "spread"), ("relay", "relay", "relay"))
    return plots.latency(f"hot_path{suffix}", [
        *((colour, label, points(report, f"hot_path.{form}{suffix}"))
          for colour, label, form in forms),
        ("c-loop", "calls only", points(report, f"limits.hot_path{suffix}"))])


def latency_cards(report: Json) -> list[str]:
    return [titled(title, "100 k events/s from a foreign thread through two actors",
                   paced_plot(report, mode, loop)) for mode, loop, title in PACED]


def hot_path_cards(report: Json) -> list[str]:
    return [titled(f"Market data to signal, {rate}", "event in to signal handled",
                   hot_path_plot(report, suffix)) for suffix, rate in HOT_PATHS]


def cost_cards(report: Json) -> list[str]:
    return [titled(f"Cost by {curve['axis']}", curve["what"], plots.cost(name, curve))
            for name, curve in report["curves"].items()]


def sections(report: Json, section: Section) -> list[str]:
    if plots is None:
        return [section("Plots", NO_PLOTS, " ")]
    return [
        section("Against the peers", "The same workload in the same rounds on the same processors.",
                wide(plots.ratios(report))),
        section("Bars", "How far each bar is passed or missed.", wide(plots.bars(report))),
        section("Latency", "Both axes are logarithmic; the shade is the range of the runs.",
                grid(latency_cards(report) + hot_path_cards(report))),
        section("Scaling", "A cost that stays flat is one that does not depend on the size; a "
                "step is a cache level.", grid(cost_cards(report))),
        section("Noise", "The range of the samples around the pinned median. A difference smaller "
                "than this says nothing.", wide(plots.spread(report))),
    ]
