# SPDX-License-Identifier: Apache-2.0
"""The tables of the page."""
from __future__ import annotations

from html import escape
from typing import Any, Sequence

from . import figures
from .compare import Change
from .table import change_text, missing_peers, peer_names

Json = dict[str, Any]
Changes = dict[str, Change] | None


def ratio(value: float | None) -> str:
    return figures.typeset(figures.ratio(value))


def typeset(text: str) -> str:
    return escape(figures.typeset(text))


def pill(bar: Json) -> str:
    if bar["met"] is None:
        reached = f"{typeset(bar['measured'])} · " if bar.get("measured") else ""
        return (f'<span class="pill open">not judged</span>'
                f'<span class="bar">{reached}{escape(bar["not_judged"])}</span>')
    kind = "met" if bar["met"] else "missed"
    return (f'<span class="pill {kind}">{kind} · {typeset(bar["measured"])}</span>'
            f'<span class="bar">{typeset(bar["text"])}</span>')


def cell(text: str, kind: str = "") -> str:
    return f'<td class="{kind}">{text}</td>' if kind else f"<td>{text}</td>"


def peer_cell(row: Json, name: str) -> str:
    peer = row["peers"].get(name)
    if peer is None:
        return cell("", "quiet")
    if "missing" in peer:
        return f'<td class="quiet" title="{escape(peer["missing"])}">missing</td>'
    value = peer["ratio"]
    hint = escape(f"{name}: {figures.with_unit(peer['median'], row['unit'])}")
    kind = ' class="behind"' if value is not None and value < 1 else ""
    return f'<td{kind} title="{hint}">{ratio(value)}</td>'


def breakable(name: str) -> str:
    """A long name breaks after its dots and underscores."""
    return escape(name).replace(".", ".<wbr>").replace("_", "_<wbr>")


def name_cell(row: Json) -> str:
    failed = f" Failed: {row['failed']}." if "failed" in row else ""
    return cell(f"<b>{breakable(row['workload'])}</b><small>{escape(row['what'] + '.' + failed)}"
                "</small>", "left row")


def change_cell(row: Json, changes: Changes) -> str:
    if changes is None:
        return ""
    change = changes.get(row["workload"])
    text = f'<span class="pill {change.verdict}">{escape(change_text(change))}</span>' \
        if change else ""
    return cell(text)


def figures_cells(row: Json) -> str:
    unit, unpinned = row["unit"], row["unpinned"]
    return (cell(figures.with_unit(row["median"], unit), "median")
            + cell(figures.between(row["min"], row["max"], unit).replace(" - ", " – "),
                   "quiet optional")
            + cell(figures.with_unit(unpinned["median"], unit) if unpinned else "",
                   "quiet optional"))


def line(row: Json, peers: Sequence[str], changes: Changes) -> str:
    if row["median"] is None:
        columns = 4 + len(peers) + (changes is not None)
        return (f'<tr>{name_cell(row)}<td class="quiet left" colspan="{columns}">'
                f"not run: {escape(row['not_run'])}</td></tr>")
    bars = "".join(f"<div>{pill(bar)}</div>" for bar in row["bars"])
    return ("<tr>" + name_cell(row) + figures_cells(row)
            + "".join(peer_cell(row, name) for name in peers) + cell(bars, "left")
            + change_cell(row, changes) + "</tr>")


def head(peers: Sequence[str], changes: Changes) -> str:
    return ('<tr><th class="left">workload</th><th>median</th><th class="optional">min – max</th>'
            '<th class="optional">unpinned</th>'
            + "".join(f"<th>{escape(name)}</th>" for name in peers)
            + '<th class="left">bar</th>' + ("<th>change</th>" if changes is not None else "")
            + "</tr>")


def table(rows: Sequence[Json], peers: Sequence[str], changes: Changes) -> str:
    lines = []
    family = None
    width = 5 + len(peers) + (changes is not None)
    for row in rows:
        if row["family"] != family:
            family = row["family"]
            lines.append(f'<tr class="family"><td colspan="{width}">{escape(family)}</td></tr>')
        lines.append(line(row, peers, changes))
    return (f'<div class="card scroll"><table><thead>{head(peers, changes)}</thead>'
            f"<tbody>{''.join(lines)}</tbody></table></div>")


def headline(report: Json, changes: Changes) -> str:
    rows = [row for row in report["rows"] if row["bars"]]
    if not rows:
        return ""
    missing = "".join(f'<p class="note">{escape(text)}</p>' for text in missing_peers(rows))
    return table(rows, peer_names(rows), changes) + missing


def everything(report: Json, changes: Changes) -> str:
    rows = report["rows"]
    families = dict.fromkeys(row["family"] for row in rows)
    parts = []
    for family in families:
        chosen = [row for row in rows if row["family"] == family]
        parts.append(f"<details><summary>{escape(family)} ({len(chosen)} rows)</summary>"
                     f"{table(chosen, peer_names(chosen), changes)}</details>")
    return "".join(parts)
