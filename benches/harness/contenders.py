# SPDX-License-Identifier: Apache-2.0
"""Who is measured: our program and the peers, as programs that take samples."""
from __future__ import annotations

import pathlib
import shlex
import subprocess
from dataclasses import dataclass
from typing import Sequence

OURS = "mycelium"
LIST_TIMEOUT_S = 20


class CannotStart(Exception):
    """One line."""


@dataclass(frozen=True)
class Contender:
    name: str
    command: tuple[str, ...]
    workloads: frozenset[str] = frozenset()
    version: str = ""

    @property
    def is_ours(self) -> bool:
        return self.name == OURS


@dataclass(frozen=True)
class Field:
    """Everyone on the start: who runs, and who could not, with the reason."""
    ours: Contender
    peers: tuple[Contender, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    peers_asked: bool = False

    def names(self) -> list[str]:
        return [peer.name for peer in self.peers] + [name for name, _ in self.missing]


def listed_workloads(command: Sequence[str]) -> frozenset[str]:
    try:
        done = subprocess.run([*command, "--list"], capture_output=True, text=True,
                              timeout=LIST_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotStart(f"{command[0]} --list: {error}") from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise CannotStart(f"{command[0]} --list: exit code {done.returncode}"
                          + (f": {said[-1]}" if said else ""))
    return frozenset(done.stdout.split())


def parse_peer_line(line: str, where: str) -> tuple[str, str, str, str]:
    """NAME, "ok" or "missing", the command or the reason, the version."""
    parts = line.split("\t")
    if len(parts) == 4 and parts[1] == "ok" and parts[2].strip():
        return parts[0], "ok", parts[2], parts[3]
    if len(parts) == 3 and parts[1] == "missing":
        return parts[0], "missing", parts[2], ""
    raise CannotStart(f"{where}: '{line}': expected NAME<TAB>ok<TAB>COMMAND<TAB>VERSION or "
                      "NAME<TAB>missing<TAB>REASON")


def gather(program: str, peer_list: str | None) -> Field:
    ours = Contender(OURS, (program,), listed_workloads([program]))
    if peer_list is None:
        return Field(ours)
    peers: list[Contender] = []
    missing: list[tuple[str, str]] = []
    for number, line in enumerate(read_lines(peer_list), 1):
        name, state, command, version = parse_peer_line(line, f"{peer_list}:{number}")
        if state == "missing":
            missing.append((name, command))
            continue
        try:
            prefix = tuple(shlex.split(command))
            peers.append(Contender(name, prefix, listed_workloads(prefix), version))
        except CannotStart as error:
            missing.append((name, str(error)))
    return Field(ours, tuple(peers), tuple(missing), peers_asked=True)


def read_lines(path: str) -> list[str]:
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise CannotStart(f"{path}: {error.strerror}") from error
    return [line for line in text.splitlines() if line.strip()]
