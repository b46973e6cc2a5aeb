# SPDX-License-Identifier: Apache-2.0
"""
The order of samples.

In each round every contender takes one sample of every workload of a group, one after the other,
so that drift of the machine hits all alike. Each round starts one place further along, so that
nobody always runs after the same neighbour.
"""
from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Callable, Iterator, Sequence

from . import sample as sampling
from .catalogue import Workload
from .contenders import Contender, Field


@dataclass(frozen=True)
class Turn:
    """One place in a round."""
    workload: str
    asked: str  # the workload's name on the contender's command line
    contender: Contender
    pinned: bool
    scale: float
    processors: int  # that it needs
    confined: bool
    parameter: int | None = None


@dataclass
class Series:
    """The samples of one place over all rounds."""
    samples: list[sampling.Sample] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    given_up: bool = False

    def values(self, row: str) -> list[float]:
        return [sample.rows[row] for sample in self.samples if row in sample.rows]


Key = tuple[str, str, bool, int | None]
Measured = dict[Key, Series]


def key_of(turn: Turn) -> Key:
    return (turn.workload, turn.contender.name, turn.pinned, turn.parameter)


def turns_of(workload: Workload, field_: Field, quick: bool) -> list[Turn]:
    """Ours pinned and unpinned, then each peer that has the workload, likewise."""
    peers = [peer for peer in field_.peers
             if peer.name in workload.peers and workload.asked_of(peer.workloads)]
    scale = workload.quick_scale if quick else workload.scale
    return [Turn(workload.name, workload.asked_of(contender.workloads) or workload.name, contender,
                 pinned, scale, workload.processors, workload.confined)
            for contender in (field_.ours, *peers) for pinned in (True, False)]


def in_round(turns: Sequence[Turn], number: int) -> list[Turn]:
    start = number % len(turns) if turns else 0
    return [*turns[start:], *turns[:start]]


def schedule(turns: Sequence[Turn], runs: int, quick: bool) -> Iterator[Turn]:
    """Every turn `runs` times. A quick run takes its unpinned samples in the first round only."""
    for number in range(runs):
        yield from (turn for turn in in_round(turns, number)
                    if turn.pinned or not quick or number == 0)


def allowed_processors() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def processors_for(turn: Turn, allowed: Sequence[int]) -> set[int] | None:
    """
    Our program pins its threads itself; a peer is confined from outside. A place that is confined
    is so without a pin, too: that is its point.
    """
    if turn.confined or (turn.pinned and not turn.contender.is_ours):
        return set(allowed[:turn.processors])
    return None


def check_possible(turn: Turn, allowed: Sequence[int]) -> None:
    """Finds out without starting it what would be refused."""
    if turn.asked not in turn.contender.workloads:
        program = os.path.basename(turn.contender.command[0])
        raise sampling.SampleFailed(f"{program} has no workload {turn.asked}", True)
    if turn.processors > len(allowed):
        raise sampling.SampleFailed(
            f"needs {turn.processors} processors, {len(allowed)} allowed", True)


def take_turn(turn: Turn, series: Series, allowed: Sequence[int]) -> None:
    command = [*turn.contender.command,
               *sampling.arguments(turn.asked, turn.scale,
                                   turn.pinned and turn.contender.is_ours, turn.parameter)]
    try:
        check_possible(turn, allowed)
        sample = sampling.take(command, processors_for(turn, allowed))
        series.samples.append(sampling.renamed(sample, turn.asked, turn.workload))
    except sampling.SampleFailed as failure:
        series.failures.append(str(failure))
        series.given_up = failure.final


def measure(turns: Sequence[Turn], runs: int, quick: bool, measured: Measured,
            take: Callable[[Turn, Series, Sequence[int]], None] = take_turn) -> None:
    """Fills `measured` as it goes, so that an interrupt leaves what there is."""
    allowed = allowed_processors()
    for turn in schedule(turns, runs, quick):
        series = measured.setdefault(key_of(turn), Series())
        if not series.given_up:
            take(turn, series, allowed)
