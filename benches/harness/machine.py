# SPDX-License-Identifier: Apache-2.0
"""What the numbers were measured on and with."""
from __future__ import annotations

import os
import pathlib
import platform
import subprocess
from typing import Any

from .contenders import Contender, Field

UNKNOWN = "unknown"


def first_line(path: str) -> str | None:
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace").split("\n")[0]
    except OSError:
        return None


def cpuinfo(key: str) -> str | None:
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return None


def governors(processors: set[int]) -> str:
    found = {first_line(f"/sys/devices/system/cpu/cpu{number}/cpufreq/scaling_governor") or UNKNOWN
             for number in processors}
    return ", ".join(sorted(found))


def threads_share_a_core() -> bool | None:
    state = first_line("/sys/devices/system/cpu/smt/active")
    return None if state is None else state == "1"


def about(program: Contender) -> dict[str, str]:
    """`compiler ...` and `flags ...` as the program itself says."""
    result = {"compiler": UNKNOWN, "flags": UNKNOWN}
    try:
        done = subprocess.run([*program.command, "--about"], capture_output=True, text=True,
                              timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return result
    for line in done.stdout.splitlines() if done.returncode == 0 else []:
        name, _, text = line.partition(" ")
        if name in result:
            result[name] = text.strip()
    return result


def read(field: Field) -> dict[str, Any]:
    allowed = os.sched_getaffinity(0)
    return {
        "processor": cpuinfo("model name") or platform.machine(),
        "family_model": f"{cpuinfo('cpu family') or '?'}/{cpuinfo('model') or '?'}",
        "processors": len(allowed),
        "threads_share_a_core": threads_share_a_core(),
        "virtual": "hypervisor" in (cpuinfo("flags") or "").split(),
        "kernel": f"{platform.system()} {platform.release()}",
        "governor": governors(allowed),
        "isolated": first_line("/sys/devices/system/cpu/isolated") or "",
        "load_average": round(os.getloadavg()[0], 2),
        **about(field.ours),
        "peers": {peer.name: peer.version for peer in field.peers},
    }
