"""A series as a line of characters: the lowest value at the bottom, the highest at the top."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BARS, NEVER, GAP = "▁▂▃▄▅▆▇█", "\N{MULTIPLICATION SIGN}", " "
ASCII_BARS, ASCII_NEVER = "_.-=^#", "x"


def sparkline(values: Sequence[float | None], *, width: int = 24, ascii_only: bool = False) -> str:
    """Draw the last `width` of them, a character each; inf is a cross, and None, which was not measured, a gap.

    Where all are the same they lie at the bottom.
    """
    shown = values[-width:]
    finite = [each for each in shown if each is not None and math.isfinite(each)]
    bars, never = (ASCII_BARS, ASCII_NEVER) if ascii_only else (BARS, NEVER)
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)

    def drawn(value: float | None) -> str:
        if value is None:
            return GAP
        if not math.isfinite(value):
            return never
        height = (value - low) / (high - low) if high > low else 0.0
        return bars[min(len(bars) - 1, int(height * len(bars)))]

    return "".join(drawn(each) for each in shown)
