# SPDX-License-Identifier: Apache-2.0
"""From the command line to the exit code."""
from __future__ import annotations

import sys
from typing import Any, Sequence

from . import compare, curves, document, machine, noise, report, rounds, selection, table
from .catalogue import ROWS, WORKLOADS, Row, Workload
from .contenders import CannotStart, Field, gather
from .curves import CURVES, Curve
from .options import Options, WrongArguments, parse
from .progress import Progress

Json = dict[str, Any]
RAN, BROKEN, WRONG_ARGUMENTS, INTERRUPTED = 0, 1, 2, 130


class Run:
    """What is to be measured, and what has been."""

    def __init__(self, options: Options, field: Field) -> None:
        self.options = options
        self.field = field
        self.rows: list[Row] = selection.wanted_rows(WORKLOADS, options.only)
        self.workloads: list[Workload] = selection.wanted_workloads(WORKLOADS, self.rows)
        self.curves: list[Curve] = [curve for curve in CURVES
                                    if selection.is_wanted(curve.workload, options.only)]
        self.measured: rounds.Measured = {}
        self.machine = machine.read(field)
        self.interrupted = False

    def measure(self) -> None:
        progress = Progress(len(self.workloads) + len(self.curves))
        try:
            self.measure_rows(progress)
            self.measure_curves(progress)
        except KeyboardInterrupt:
            self.interrupted = True

    def measure_rows(self, progress: Progress) -> None:
        options = self.options
        for group in selection.groups(self.workloads):
            progress.begin([workload.name for workload in group])
            turns = [turn for workload in group
                     for turn in rounds.turns_of(workload, self.field, options.quick)]
            rounds.measure(turns, options.runs, options.quick, self.measured)

    def measure_curves(self, progress: Progress) -> None:
        options = self.options
        for curve in self.curves:
            progress.begin([curve.workload])
            turns = curves.turns_of(curve, self.field, options.quick)
            runs = curves.curve_runs(options.runs, options.quick)
            rounds.measure(turns, runs, options.quick, self.measured)

    def report(self) -> Json:
        options = self.options
        rows = report.build_rows(self.workloads, self.rows, self.measured, self.field)
        lines = {curve.name: curves.to_json(curve, self.field, options.quick, self.measured)
                 for curve in self.curves}
        return {
            "machine": self.machine,
            "command": options.command,
            "quick": options.quick,
            "interrupted": self.interrupted,
            "warnings": noise.warnings(self.machine, rows),
            "rows": rows,
            "curves": {name: line for name, line in lines.items() if line},
            "latency": report.build_latency(self.workloads, self.measured, self.field),
        }


def check(options: Options) -> Json | None:
    """All that can be wrong is found before anything is built or measured. Gives the old report."""
    selection.check_names(options.only, [*ROWS, *(curve.workload for curve in CURVES)])
    if options.json_path is not None and options.json_path == options.html_path:
        raise WrongArguments(f"--json and --html both name {options.json_path}: "
                             "expected two files")
    for path in (options.json_path, options.html_path):
        if path is not None:
            document.check_writable(path)
    return document.read(options.compare_path) if options.compare_path is not None else None


def write_files(options: Options, result: Json, changes: dict[str, compare.Change] | None) -> None:
    if options.json_path is not None:
        document.write_text(options.json_path, document.to_text(result))
    if options.html_path is not None:
        from . import report_html  # loads the plotting library: only when a page is asked for
        document.write_text(options.html_path, report_html.render(result, changes))


def measure_and_report(options: Options, old: Json | None) -> int:
    run = Run(options, gather(options.program, options.peer_list))
    run.measure()
    result = run.report()
    changes = None
    if old is not None:
        changes = compare.compare(old, result, options.only)
        result["warnings"] += compare.cautions(old, result)
    sys.stdout.write(table.render(result, changes))
    if changes is not None:
        print(compare.totals(changes))
    sys.stdout.flush()
    write_files(options, result, changes)
    if run.interrupted:
        print("tools/bench: interrupted: the figures are of the runs before that", file=sys.stderr)
        return INTERRUPTED
    return RAN


def main(arguments: Sequence[str]) -> int:
    text: object
    try:
        options = parse(arguments)
        old = check(options)
        return RAN if options.check else measure_and_report(options, old)
    except WrongArguments as error:
        code, text = WRONG_ARGUMENTS, error
    except (CannotStart, document.CannotWrite) as error:
        code, text = BROKEN, error
    except KeyboardInterrupt:
        code, text = INTERRUPTED, "interrupted before there was anything to report"
    print(f"tools/bench: {text}", file=sys.stderr)
    return code
