"""A value of a quantity as people read it; what never came is "never"."""

from __future__ import annotations

import math

from drill.reporting.figures import seconds

NEVER = "never"
_UNITS = {"_s": "s", "_ms": "ms", "_pct": "%"}


def unit(name: str) -> str:
    """The unit that the quantity's name ends with; empty for a number of things."""
    return next((words for suffix, words in _UNITS.items() if name.endswith(suffix)), "")


def bare(name: str, value: float) -> str:
    """Spell a value without its unit: "1.31", "57.4", "99.8", "1,219"; inf is "never"."""
    if not math.isfinite(value):
        return NEVER
    if unit(name) == "s":
        return seconds(value)
    return f"{value:,.0f}" if not unit(name) and value == round(value) else f"{value:,.1f}"


def told(name: str, value: float) -> str:
    """Spell a value with its unit: "1.31 s", "57.4 ms", "99.8 %", "1,219"."""
    return f"{bare(name, value)} {unit(name)}".rstrip() if math.isfinite(value) else NEVER
