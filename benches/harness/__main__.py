# SPDX-License-Identifier: Apache-2.0
"""Starts the harness: PYTHONPATH=benches python3 -m harness --program PROGRAM -- [OPTION...]"""
import signal
import sys

from .command import main


def interrupted(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


# Both as an interrupt, also where a shell started this in the background with SIGINT ignored.
signal.signal(signal.SIGINT, interrupted)
signal.signal(signal.SIGTERM, interrupted)
sys.exit(main(sys.argv[1:]))
