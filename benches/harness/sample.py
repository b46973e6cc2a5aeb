# SPDX-License-Identifier: Apache-2.0
"""
One sample: one workload, once, in a fresh process.

The program prints `ROW VALUE` and `curve ROWPREFIX PERCENTILE VALUE` lines. It exits with 0 when
it ran, 2 for wrong arguments, 3 when it cannot run here, anything else when it failed.
"""
from __future__ import annotations

import math
import os
import signal
import subprocess
from dataclasses import dataclass, field
from typing import Sequence

TIMEOUT_S = 15.0  # fifty times what a sample is meant to take
SAYS_MAX = 160


class SampleFailed(Exception):
    """One line; `final` when another try would end the same way."""

    def __init__(self, reason: str, final: bool) -> None:
        super().__init__(reason)
        self.final = final


@dataclass
class Sample:
    rows: dict[str, float] = field(default_factory=dict)
    curves: dict[str, dict[float, float]] = field(default_factory=dict)


def arguments(workload: str, scale: float, pin: bool, parameter: int | None) -> list[str]:
    result = [workload, "--scale", f"{scale:g}"]
    if pin:
        result.append("--pin")
    if parameter is not None:
        result += ["--parameter", str(parameter)]
    return result


def figure(text: str, line: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise SampleFailed(f"printed '{line}': expected a number that is not negative", True)
    return value


def parse(output: str) -> Sample:
    sample = Sample()
    for line in output.splitlines():
        words = line.split()
        if len(words) == 4 and words[0] == "curve":
            points = sample.curves.setdefault(words[1], {})
            points[figure(words[2], line)] = figure(words[3], line)
        elif len(words) == 2:
            sample.rows[words[0]] = figure(words[1], line)
        else:
            raise SampleFailed(f"printed '{line[:SAYS_MAX]}': expected ROW VALUE or "
                               "curve ROWPREFIX PERCENTILE VALUE", True)
    if not sample.rows:
        raise SampleFailed("printed no row", True)
    return sample


def renamed(sample: Sample, asked: str, workload: str) -> Sample:
    """The rows of a workload that goes by another name at a peer."""
    def rename(name: str) -> str:
        return workload + name.removeprefix(asked) if name.startswith(asked) else name

    return Sample({rename(name): value for name, value in sample.rows.items()},
                  {rename(name): points for name, points in sample.curves.items()})


def last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:SAYS_MAX] if lines else ""


def refusal(code: int, stderr: str) -> SampleFailed:
    said = last_line(stderr)
    if code == 3:
        return SampleFailed(said or "cannot run here, gave no reason", True)
    if code == 2:
        return SampleFailed(f"refused its arguments: {said}", True)
    if code < 0:
        return SampleFailed(f"killed by {signal.Signals(-code).name}", False)
    return SampleFailed(f"failed with exit code {code}" + (f": {said}" if said else ""), False)


def end_group(process: subprocess.Popen[str]) -> None:
    """The sample leads a process group of its own, so that what it started ends with it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()


def take(command: Sequence[str], processors: set[int] | None,
         timeout_s: float = TIMEOUT_S) -> Sample:
    """Runs `command`, on `processors` only where given. Raises SampleFailed."""
    def confine() -> None:
        if processors is not None:
            os.sched_setaffinity(0, processors)

    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, errors="replace",
                                   start_new_session=True, preexec_fn=confine)
    except OSError as error:
        raise SampleFailed(f"{command[0]}: {error.strerror}", True) from error
    try:
        stdout, stderr = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        end_group(process)
        raise SampleFailed(f"took more than {timeout_s:g} s", True) from error
    except BaseException:  # an interrupt must not leave it running
        end_group(process)
        raise
    if process.returncode != 0:
        raise refusal(process.returncode, stderr)
    return parse(stdout)
