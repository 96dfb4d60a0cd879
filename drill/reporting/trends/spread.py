"""How values lie: the best, the one in the middle, the one that nine in ten do not exceed, and the worst."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drill.reporting.trends.quantities import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of `number` values, in the unit of their quantity; inf is "never"."""

    number: int
    best: float
    median: float
    p90: float
    worst: float


def spread(quantity: Quantity, values: Sequence[float]) -> Spread | None:
    """Of these values; None of none.

    `p90` is the value of the nearest rank, so that it is one that was measured, and never lies between a number and
    infinity; of fewer than ten values it is the worst.
    """
    if not values:
        return None
    ordered = sorted(values, key=quantity.badness)
    return Spread(
        number=len(ordered),
        best=ordered[0],
        median=statistics.median(ordered),
        p90=ordered[math.ceil(len(ordered) * 9 / 10) - 1],
        worst=ordered[-1],
    )
