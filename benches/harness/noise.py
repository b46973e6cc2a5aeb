# SPDX-License-Identifier: Apache-2.0
"""Signs that a run was disturbed. They warn; they change no number."""
from __future__ import annotations

from typing import Any, Sequence

from .summary import from_json

SPREAD_MAX = 0.25
NAMED_MAX = 4


def warnings(machine: dict[str, Any], rows: Sequence[dict[str, Any]]) -> list[str]:
    found = [load(machine), governor(machine), spread(rows)]
    return [text for text in found if text]


def load(machine: dict[str, Any]) -> str | None:
    if machine["load_average"] <= machine["processors"]:
        return None
    return (f"the load average at the start was {machine['load_average']:g} on "
            f"{machine['processors']} processors: something else was running")


def governor(machine: dict[str, Any]) -> str | None:
    if machine["governor"] in ("performance", "unknown"):
        return None
    return (f"the CPU governor is {machine['governor']}, not performance: the clock rate moves "
            "with the load")


def spread(rows: Sequence[dict[str, Any]]) -> str | None:
    """The slowest event of a run is one event: that it moves says nothing about the rest."""
    wide = {row["workload"]: summary.relative_spread for row in rows
            if (summary := from_json(row)) and summary.relative_spread > SPREAD_MAX
            and not row["workload"].endswith(".max")}
    if not wide:
        return None
    worst = sorted(wide, key=lambda name: -wide[name])
    named = ", ".join(f"{name} {wide[name] * 100:,.0f} %" for name in worst[:NAMED_MAX])
    more = ", ..." if len(worst) > NAMED_MAX else ""
    return (f"{len(wide)} of {len(rows)} rows spread over more than {SPREAD_MAX * 100:.0f} % of "
            f"their median ({named}{more})")
