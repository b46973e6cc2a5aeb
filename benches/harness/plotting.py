# SPDX-License-Identifier: Apache-2.0
"""
How plots look, and how a figure becomes SVG inside a page.

Colours are written as placeholders that no plot would choose, and replaced by CSS variables, so
that one plot serves the light and the dark page.
"""
from __future__ import annotations

import io
import re
from typing import Any, Sequence

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter  # noqa: E402

from . import figures  # noqa: E402

INK, MUTED, GRID, PAPER = "#010101", "#020202", "#030303", "#040404"
MET, MISSED = "#050505", "#060606"
PLACEHOLDERS = {INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "card", MET: "met",
                MISSED: "missed"}
SERIES = ("mycelium", "tokio-seed", "tokio-typed", "caf", "go", "c-loop", "spread", "relay",
          "other")
SERIES_COLOURS = {name: f"#0a0a{number:02x}" for number, name in enumerate(SERIES, 10)}
PLACEHOLDERS |= {colour: f"c-{name}" for name, colour in SERIES_COLOURS.items()}

STYLE: dict[str, Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "mycelium", "font.size": 11,
    "figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none",
    "text.color": INK, "axes.labelcolor": MUTED, "axes.edgecolor": GRID, "axes.titlesize": 12.5,
    "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.titlepad": 12,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
    "xtick.color": GRID, "ytick.color": GRID, "xtick.labelcolor": MUTED, "ytick.labelcolor": MUTED,
    "grid.color": GRID, "grid.linewidth": 0.8, "axes.grid": True, "lines.linewidth": 2,
    "lines.markersize": 5, "legend.frameon": False, "legend.fontsize": 9.5,
    "xtick.minor.size": 0, "ytick.minor.size": 0,
}
matplotlib.rcParams.update(STYLE)


def colour(name: str) -> str:
    return SERIES_COLOURS.get(name, SERIES_COLOURS["other"])


def figure(width: float, height: float) -> tuple[Any, Any]:
    """A figure with one pair of axes; sizes in inches of 72 units."""
    return pyplot.subplots(figsize=(width, height), layout="constrained")


def to_svg(fig: Any, label: str) -> str:
    text = io.StringIO()
    fig.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(fig)
    return for_page(text.getvalue(), label)


def for_page(svg: str, label: str) -> str:
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', rf'\1 role="img" aria-label="{label}"', svg,
                 count=1)
    # "font: bold 12px 'DejaVu Sans', ..." keeps its size and weight, and takes the page's family
    svg = re.sub(r"(font: (?:[a-z0-9]+ )*[0-9.]+px)[^;\"]*", r"\1 var(--font)", svg)
    for placeholder, name in PLACEHOLDERS.items():
        svg = svg.replace(placeholder, f"var(--{name})")
    return svg


def ns_axis(axis: Any, low: float, high: float) -> None:
    """Ticks at powers of ten, and between them where there are few."""
    steps = (1, 2, 5) if high / low < 200 else (1,)
    axis.set_major_locator(LogLocator(subs=steps))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axis.set_minor_formatter(NullFormatter())


def tick(value: float) -> str:
    """100 ns, 1 µs: a tick is a round number."""
    factor, name = figures.pick(value, "ns")
    return f"{value / factor:g} {name}"


def ratio_axis(axis: Any) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axis.set_minor_formatter(NullFormatter())


def count_axis(axis: Any, points: Sequence[float]) -> None:
    axis.set_ticks(points, labels=[figures.count(point) for point in points])
    axis.set_ticks([], minor=True)


def legend(axes: Any, columns: int = 5) -> None:
    """Above the plot, in one line: it never covers a curve."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        axes.legend(handles, labels, loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncol=columns,
                    borderaxespad=0, handlelength=1.1, columnspacing=0.9, handletextpad=0.4)
