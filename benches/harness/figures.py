# SPDX-License-Identifier: Apache-2.0
"""How numbers read: three digits, in units a person would choose."""
from __future__ import annotations

TIMES = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns"))
SIZES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B"))
RATES = ((1e9, "G/s"), (1e6, "M/s"), (1e3, "k/s"), (1, "/s"))
THROUGHPUTS = ((1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"), (1, "B/s"))
SCALES = {"bytes/s": THROUGHPUTS, "ns": TIMES, "bytes": SIZES, "messages/s": RATES}


def three_digits(value: float) -> str:
    """8.53, 48.0, 402, 1230, 0.0155."""
    if value == 0:
        return "0"
    for at_least, digits in ((99.95, 0), (9.995, 1), (0.9995, 2)):
        if value >= at_least:
            return f"{value:.{digits}f}"
    return f"{value:.3g}"


def pick(value: float, unit: str) -> tuple[float, str]:
    for factor, name in SCALES[unit]:
        # 999.6 would be printed as 1000: the next unit up reads better
        if value >= factor * 0.9995:
            return factor, name
    return SCALES[unit][-1]


def with_unit(value: float | None, unit: str) -> str:
    """8.53 ns, 120 M/s, 256 B."""
    if value is None:
        return "-"
    if unit == "bytes" and value < 10_000:
        return f"{value:.0f} B"
    factor, name = pick(value, unit)
    return f"{three_digits(value / factor)} {name}"


def between(low: float, high: float, unit: str) -> str:
    """8.2 - 8.8 ns: both ends in the unit of the upper one where that leaves digits to read."""
    factor, name = pick(high, unit)
    if unit == "bytes" and high < 10_000:
        factor, name = 1, "B"
    if low < factor / 10:
        return f"{with_unit(low, unit)} - {with_unit(high, unit)}"
    return f"{three_digits(low / factor)} - {three_digits(high / factor)} {name}"


def ratio(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{three_digits(value)} x"


def count(value: float) -> str:
    """1, 1 k, 1 M, and 4 k for 4096: for axes and points."""
    steps = ((2**20, " M"), (2**10, " k")) if value % 1024 == 0 else ((1e6, " M"), (1e3, " k"))
    for factor, name in steps:
        if value >= factor:
            return f"{value / factor:.3g}{name}"
    return f"{value:g}"


def typeset(text: str) -> str:
    """`>= 2.2 x limits.cache_line` with the signs of print."""
    text = text.replace(">=", "≥").replace("<=", "≤").replace(" x ", " × ")
    return text.removesuffix(" x") + ("×" if text.endswith(" x") else "")
