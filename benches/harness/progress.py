# SPDX-License-Identifier: Apache-2.0
"""One line on stderr for each workload as its turn comes, for a person who waits."""
from __future__ import annotations

import sys
import time
from typing import Sequence


class Progress:
    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.start = time.monotonic()
        self.is_shown = sys.stderr.isatty()

    def begin(self, names: Sequence[str]) -> None:
        """Workloads of one group are sampled in turn, so they begin together."""
        for name in names:
            self.done += 1
            if self.is_shown:
                seconds = time.monotonic() - self.start
                print(f"[{self.done:2}/{self.total}] {seconds:4.0f} s  {name}", file=sys.stderr)
