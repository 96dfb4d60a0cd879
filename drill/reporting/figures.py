"""Figures as people read them; the same spelling in the table, the pages and the drawing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drill.verdict import Figure

_UNITS = {"_per_s": "/s", "_s": " s", "_ms": " ms", "_pct": " %", "_erlang": " erlang", "_bytes": ""}
"""How a unit at the end of a name stands behind the figure; the first that fits."""


def seconds(value: float) -> str:
    """Spell seconds to the millisecond below ten, and to three digits above: 0.012, 2.58, 41.3, 180."""
    if abs(value) < 10:
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return f"{value:.1f}".removesuffix(".0") if abs(value) < 100 else f"{value:,.0f}"


def span(value: float) -> str:
    """Spell seconds with a unit, below one in milliseconds: "12 ms", "2.58 s"."""
    milliseconds = value * 1000
    if 0 < abs(value) < 1:
        return f"{milliseconds:.0f} ms" if abs(milliseconds) >= 10 else f"{milliseconds:.2g} ms"
    return f"{seconds(value)} s"


def measurement(name: str, value: Figure) -> str:
    """Spell a figure whose name carries its unit: recovery_time_s, 2.58 -> "recovery time 2.58 s".

    A rate is spelled as people do: answers_per_s, 188 -> "answers 188/s".
    """
    suffix, unit = next((each for each in _UNITS.items() if name.endswith(each[0])), ("", ""))
    words = name.removesuffix(suffix).replace("_", " ")
    if value is None or not math.isfinite(value):
        return f"{words} not measured"
    if suffix == "_bytes":
        return f"{words} {size(value)}"
    return f"{words} {value:,}{unit}" if isinstance(value, int) else f"{words} {seconds(value)}{unit}"


def size(value: float) -> str:
    """Spell bytes, in powers of 1000: "512 B", "8.2 kB", "13 MB"."""
    for unit in ("B", "kB", "MB"):
        if abs(value) < 1000:
            return f"{value:.1f}".removesuffix(".0") + f" {unit}"
        value /= 1000
    return f"{value:,.1f}".removesuffix(".0") + " GB"
