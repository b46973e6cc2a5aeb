# SPDX-License-Identifier: Apache-2.0
"""The table on the terminal."""
from __future__ import annotations

from typing import Any, Sequence

from . import figures
from .compare import Change

Json = dict[str, Any]
LEFT = {"workload", "unit", "bar", "verdict", "change"}


def peer_names(rows: Sequence[Json]) -> list[str]:
    names: dict[str, None] = {}
    for row in rows:
        names |= dict.fromkeys(row["peers"])
    return list(names)


def peer_cell(row: Json, name: str) -> str:
    peer = row["peers"].get(name)
    if peer is None:
        return ""
    return "missing" if "missing" in peer else figures.ratio(peer["ratio"])


def verdict(bar: Json | None) -> str:
    if bar is None:
        return ""
    if bar["met"] is None:
        return f"not judged: {bar['not_judged']}"
    return f"{'met' if bar['met'] else 'MISSED'}, {bar['measured']}"


def figure_cells(row: Json) -> Json:
    unit, unpinned = row["unit"], row["unpinned"]
    return {"median": figures.with_unit(row["median"], unit),
            "min - max": figures.between(row["min"], row["max"], unit),
            "unpinned": figures.with_unit(unpinned["median"], unit) if unpinned else "-"}


def lines_of(row: Json, peers: Sequence[str]) -> list[Json]:
    """One line a row, and one more for each further bar."""
    cells = {"workload": row["workload"], "unit": row["unit"]}
    if row["median"] is None:
        return [cells | {"note": f"not run: {row['not_run']}"}]
    cells |= figure_cells(row) | {name: peer_cell(row, name) for name in peers}
    further = [bar for bar in row["bars"] if bar != row["bar"]]
    if row["bar"]:
        cells |= {"bar": row["bar"]["text"], "verdict": verdict(row["bar"])}
    lines = [cells, *({"bar": bar["text"], "verdict": verdict(bar)} for bar in further)]
    if "failed" in row:
        lines.append({"note": f"  failed: {row['failed']}"})
    return lines


def change_text(change: Change) -> str:
    if change.percent is None:
        return change.verdict
    return f"{change.verdict} ({change.percent:+.1f} %)"


def layout(lines: Sequence[Json], columns: Sequence[str]) -> list[str]:
    widths = {name: max(len(name), *(len(line.get(name, "")) for line in lines))
              for name in columns}

    def put(line: Json) -> str:
        if "note" in line:
            start = f"{line.get('workload', ''):<{widths['workload']}}  "
            return start + line["note"]
        cells = [f"{line.get(name, ''):{'<' if name in LEFT else '>'}{widths[name]}}"
                 for name in columns]
        return "  ".join(cells).rstrip()

    return [put({name: name for name in columns}), *(put(line) for line in lines)]


def missing_peers(rows: Sequence[Json]) -> list[str]:
    reasons: dict[str, None] = {}
    for row in rows:
        for name, peer in row["peers"].items():
            if "missing" in peer:
                reasons[f"{name} is missing: {peer['missing']}"] = None
    return list(reasons)


def bar_totals(rows: Sequence[Json]) -> str:
    judged = [bar["met"] for row in rows for bar in row["bars"]]
    if not judged:
        return "no row here has a bar"
    return (f"bars: {judged.count(True)} met, {judged.count(False)} missed, "
            f"{judged.count(None)} not judged")


def render(report: Json, changes: dict[str, Change] | None = None) -> str:
    rows = report["rows"]
    peers = peer_names(rows)
    columns = ["workload", "unit", "median", "min - max", "unpinned", *peers, "bar", "verdict"]
    if changes is not None:
        columns.append("change")
    lines: list[Json] = []
    for row in rows:
        of_row = lines_of(row, peers)
        if changes is not None and row["workload"] in changes and "note" not in of_row[0]:
            of_row[0]["change"] = change_text(changes[row["workload"]])
        lines += of_row
    text = layout(lines, columns) if lines else []
    text += curve_lines(report)
    text += ["", bar_totals(rows), *missing_peers(rows)]
    text += [f"{row}: gone" for row, change in (changes or {}).items()
             if change.verdict == "gone"]
    text += [f"warning: {warning}" for warning in report["warnings"]]
    return "\n".join(text) + "\n"


def curve_lines(report: Json) -> list[str]:
    """Each curve in one line: its points as x:ns."""
    text = []
    for name, curve in report["curves"].items():
        for who, points in {"": curve["points"], **curve["peers"]}.items():
            values = "  ".join(
                f"{figures.count(point['x'])}: "
                + (figures.with_unit(point["median"], curve["unit"]) if "median" in point
                   else "not run") for point in points)
            text.append(f"curve.{name} {who or '(' + curve['axis'] + ')'}  {values}")
    return ["", *text] if text else []
