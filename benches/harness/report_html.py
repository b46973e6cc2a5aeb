# SPDX-License-Identifier: Apache-2.0
"""The page: one file that needs nothing else, made from the report."""
from __future__ import annotations

import pathlib
from html import escape
from typing import Any, Sequence

from . import figures, page_plots, page_table
from .compare import Change
from .contenders import OURS

Json = dict[str, Any]
CSS = pathlib.Path(__file__).with_name("page.css")


def tile(figure: str, name: str, beside: str) -> str:
    return (f'<div class="card tile"><div class="figure">{escape(figure)}</div>'
            f'<div class="name">{escape(name)}</div>'
            f'<div class="beside">{escape(beside)}</div></div>')


TILES = {
    "ping_pong.one_worker": "one hop between two actors, one worker",
    "stream_cross": "fresh messages from core to core",
    "send_local": "sends of a shared payload, handled",
    "hot_path.together.p99": "event to signal, 99th percentile",
    "spawn_1m.bytes": "resident memory of an idle actor",
}


def beside(row: Json, rows: dict[str, Json]) -> str:
    """What a figure is best held against: the design it replaces, or the relay, or its bar."""
    seed = row["peers"].get("tokio-seed", {}).get("ratio")
    if seed:
        return f"{page_table.ratio(seed)} tokio-seed"
    relay = rows.get(row["workload"].replace(".together.", ".relay."))
    if relay and relay is not row and relay["median"]:
        return f"the relay: {figures.with_unit(relay['median'], relay['unit'])}"
    return f"bar {figures.typeset(row['bar']['text'])}" if row["bar"] else ""


def tiles(report: Json) -> str:
    rows = {row["workload"]: row for row in report["rows"]}
    found = [tile(figures.with_unit(rows[name]["median"], rows[name]["unit"]), text,
                  beside(rows[name], rows))
             for name, text in TILES.items() if name in rows and rows[name]["median"] is not None]
    return f'<div class="tiles">{"".join(found)}</div>' if found else ""


def score(report: Json) -> str:
    verdicts = [bar["met"] for row in report["rows"] for bar in row["bars"]]
    if not verdicts:
        return ""
    parts = [("met", "met", True), ("missed", "missed", False), ("open", "not judged", None)]
    counts = [(kind, text, verdicts.count(met)) for kind, text, met in parts]
    pills = "".join(f'<span><span class="pill {kind}">{number}</span> {text}</span>'
                    for kind, text, number in counts if number)
    strip = "".join(f'<i class="{kind}" style="flex:{number}"></i>'
                    for kind, _, number in counts if number)
    return (f'<div class="card score"><b>Bars</b>{pills}'
            f'<span class="strip">{strip}</span></div>')


def warnings(report: Json) -> str:
    found = list(report["warnings"])
    if report["interrupted"]:
        found.insert(0, "the run was interrupted: the figures are of the runs before that")
    if not found:
        return ""
    items = "".join(f"<li>{escape(text)}</li>" for text in found)
    return f'<div class="warnings"><b>Read these figures with care</b><ul>{items}</ul></div>'


def machine_text(machine: Json) -> str:
    kind = "virtual " if machine["virtual"] else ""
    return f"{machine['processor']}, {machine['processors']} {kind}processors, {machine['kernel']}"


def machine_list(report: Json) -> str:
    machine = report["machine"]
    smt = {True: "yes", False: "no", None: "unknown"}[machine["threads_share_a_core"]]
    entries = {
        "Command": report["command"],
        "Processor": f"{machine['processor']} (family/model {machine['family_model']})",
        "Processors allowed": str(machine["processors"]),
        "Virtual machine": "yes" if machine["virtual"] else "no",
        "Two threads a core (SMT)": smt,
        "Isolated processors": machine["isolated"] or "none",
        "CPU governor": machine["governor"],
        "Load average at the start": f"{machine['load_average']:g}",
        "Kernel": machine["kernel"],
        "Compiler": machine["compiler"],
        "Flags": machine["flags"],
    } | {f"Peer {name}": version for name, version in machine["peers"].items()}
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(text))}</dd>"
                    for name, text in entries.items())
    return f'<div class="card"><dl>{items}</dl></div>'


def method(report: Json) -> str:
    quick = (" This was a quick run: the same rows with less of everything, a first look and no "
             "reference." if report["quick"] else "")
    return ("Every figure is the median of several samples; a sample is one workload, once, in a "
            "fresh process, after a warm-up that is not measured. Samples of Mycelium and of its "
            "peers are taken in turn, so that drift of the machine hits all alike. Latencies are "
            "taken at a fixed rate and counted from when an event was due, so that a stall is "
            "counted for every event it delayed." + quick)


def section(title: str, note: str, body: str | None) -> str:
    if not body:
        return ""
    return f'<section><h2>{escape(title)}</h2><p class="note">{escape(note)}</p>{body}</section>'


def render(report: Json, changes: dict[str, Change] | None) -> str:
    parts = [
        f"<h1>Mycelium benchmark</h1><p class=\"lead\">{escape(machine_text(report['machine']))}"
        f"<br><code>{escape(report['command'])}</code></p>",
        tiles(report), score(report), warnings(report),
        section("Results", "Rows that have a bar to pass. A ratio says how many times better "
                f"{OURS.capitalize()} is than the peer; below 1 the peer is better.",
                page_table.headline(report, changes)),
        *page_plots.sections(report, section),
        section("Every row", "What it measures, its range over the runs, and the figure without "
                "pinning.", page_table.everything(report, changes)),
        section("Machine and method", method(report), machine_list(report)),
    ]
    return page(parts)


def page(parts: Sequence[str]) -> str:
    css = CSS.read_text(encoding="utf-8")
    return ('<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>Mycelium benchmark</title><style>\n{css}</style></head>\n<body><main>\n"
            + "\n".join(part for part in parts if part) + "\n</main></body></html>\n")
