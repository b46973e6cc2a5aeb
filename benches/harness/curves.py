# SPDX-License-Identifier: Apache-2.0
"""Cost curves: nanoseconds a message against a number that grows."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Sequence

from .catalogue import SEED
from .contenders import Field
from .rounds import Measured, Turn, allowed_processors, key_of
from .summary import summarise

UNIT = "ns"
RUNS_MAX = 3
AS_THE_POINT = 0  # as many processors as the point says, or all there are


@dataclass(frozen=True)
class Curve:
    name: str
    axis: str
    what: str
    points: tuple[int, ...]
    quick_points: tuple[int, ...]
    processors: int = 1
    scale: float = 0.2
    quick_scale: float = 0.02

    @property
    def workload(self) -> str:
        return f"curve.{self.name}"


CURVES = (
    Curve("actors", "actors", "a message goes round so many actors of one worker",
          (1, 10, 100, 1000, 10_000, 100_000, 1_000_000), (1, 1000, 100_000)),
    Curve("depth", "messages queued", "a stream through a mailbox of this bound, at least half "
          "full", (1, 8, 64, 512, 4096, 65_536), (1, 64, 4096)),
    Curve("payload", "bytes of payload", "fresh payloads of this size, filled whole, to another "
          "worker", (16, 64, 256, 1024, 4096, 16_384, 65_536), (16, 1024, 65_536), processors=2),
    Curve("workers", "workers", "each worker sends to the next one; cost to the whole system",
          (1, 2, 3, 4, 6, 8), (1, 2, 8), processors=AS_THE_POINT),
    Curve("senders", "senders", "so many senders on two workers, one receiver",
          (1, 10, 100, 1000), (1, 100, 1000), processors=2),
    Curve("subscribers", "subscribers", "subscribers of one shared payload",
          (1, 10, 100, 1000), (1, 100, 1000)),
)


def curve_runs(runs: int, quick: bool) -> int:
    """A curve is read by its shape: fewer runs a point than a row has."""
    return min(runs, 2 if quick else RUNS_MAX)


def points_of(curve: Curve, quick: bool) -> tuple[int, ...]:
    return curve.quick_points if quick else curve.points


def processors_of(curve: Curve, point: int) -> int:
    return curve.processors or min(point, len(allowed_processors()))


def turns_of(curve: Curve, field: Field, quick: bool) -> list[Turn]:
    """Every point, ours beside tokio-seed where it has the workload; all in the same rounds."""
    contenders = [field.ours, *(peer for peer in field.peers
                                if peer.name == SEED and curve.workload in peer.workloads)]
    scale = curve.quick_scale if quick else curve.scale
    return [Turn(curve.workload, curve.workload, contender, True, scale,
                 processors_of(curve, point), False, point)
            for point in points_of(curve, quick) for contender in contenders]


def line(turns: Sequence[Turn], measured: Measured, name: str) -> list[dict[str, Any]]:
    result = []
    for turn in turns:
        series = measured.get(key_of(turn))
        if turn.contender.name != name or series is None:
            continue
        summary = summarise(series.values(turn.workload))
        if summary:
            result.append({"x": turn.parameter, **summary.to_json()})
        elif series.failures:
            result.append({"x": turn.parameter, "not_run": series.failures[0]})
    return result


def to_json(curve: Curve, field: Field, quick: bool, measured: Measured) -> dict[str, Any] | None:
    turns = turns_of(curve, field, quick)
    points = line(turns, measured, field.ours.name)
    if not points:
        return None
    peers = {peer.name: line(turns, measured, peer.name) for peer in field.peers}
    return {"unit": UNIT, "axis": curve.axis, "what": curve.what, "points": points,
            "peers": {name: found for name, found in peers.items() if found}}
