"""Figures as people read them; the same spelling in the table, the pages and the drawing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drill.verdict import Figure

_UNITS = {"_s": "s", "_ms": "ms", "_pct": "%"}


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
    """Spell a figure whose name carries its unit: recovery_time_s, 2.58 -> "recovery time 2.58 s"."""
    suffix = next((each for each in _UNITS if name.endswith(each)), "")
    words = name.removesuffix(suffix).replace("_", " ")
    if value is None or not math.isfinite(value):
        return f"{words} not measured"
    if isinstance(value, int):
        return f"{words} {value:,} {_UNITS.get(suffix, '')}".rstrip()
    return f"{words} {seconds(value)} {_UNITS.get(suffix, '')}".rstrip()
