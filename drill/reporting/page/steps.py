"""How latency grew with load, a figure a step of the ramp."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from drill.checks.load import ramp
from drill.errors import Undecided
from drill.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rate that was tried; a latency of None is without end: too many were not answered."""

    rate_per_s: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """The steps upwards, and the limit that 95 % of the requests of a step should meet."""

    schema: Literal[1] = 1
    limit_ms: float
    steps: tuple[Step, ...]

    def highest_met_per_s(self) -> float | None:
        """The highest rate up to which every step met the limit; None where the lowest did not."""
        met = None
        for step in self.steps:
            if step.p95_ms is None or step.p95_ms > self.limit_ms:
                break
            met = step.rate_per_s
        return met


def steps(history: History, *, limit_ms: float) -> Ramp | None:
    """Read the ramp of an experiment; None where there was none, or too little of one to draw."""
    try:
        rows = ramp(history)
    except Undecided:
        return None
    if rows.height < 2:
        return None
    return Ramp(
        limit_ms=limit_ms,
        steps=tuple(
            Step(
                rate_per_s=row["rate_per_s"],
                **{name: _finite(row[name]) for name in ("p50_ms", "p95_ms", "p99_ms")},
            )
            for row in rows.iter_rows(named=True)
        ),
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
