"""Glimpses of experiments made up, on a clock that begins at 0."""

from __future__ import annotations

from typing import Any

from drill.experiment import Glimpse, Stage
from drill.reporting.live import Limits, Place, Trace

SECOND_NS = 1_000_000_000
LIMITS = Limits(recovery_s=60.0, redundancy_s=30.0, steady_again_s=5.0, p95_ms=10.0)
PLACE = Place(scenario="failover", number=3, total=6, limits=LIMITS)
INJECTED_S = 4.0


def glimpse(at_s: float, stage: Stage = Stage.FAULT, **seen: Any) -> Glimpse:
    """How it goes so many seconds after the experiment began; the fault comes at 4 s."""
    seen.setdefault("injected_ns", round(INJECTED_S * SECOND_NS) if at_s >= INJECTED_S else None)
    return Glimpse(fault="writer crash", stage=stage, at_ns=round(at_s * SECOND_NS), **seen)


def crash(trace: Trace, *, until_s: float = 12.0, outage_s: float = 3.0) -> None:
    """A writer that crashes at 4 s: 1,200 writes and 4,000 reads per second, but no writes for so long."""
    for number in range(round(until_s * 10)):
        at_s = number / 10
        is_down = 0 <= at_s - INJECTED_S < outage_s
        phases = {"detected": 0.1} if at_s > INJECTED_S else {}
        if at_s >= INJECTED_S + outage_s:
            phases["recovered"] = outage_s
        trace.add(
            glimpse(
                at_s,
                Stage.STEADY if at_s < INJECTED_S else Stage.FAULT,
                rates_per_s={"writes": 0.0 if is_down else 1200.0, "reads": 4000.0},
                failing="16 of 20 clients without success" if is_down else "",
                phases=phases,
            )
        )


def load(trace: Trace, *, until_s: float, slow_until_s: float) -> None:
    """Requests that are slow from 4 s until then; healing begins at 8 s."""
    for number in range(round(until_s * 10)):
        at_s = number / 10
        stage = (
            Stage.STEADY if at_s < INJECTED_S else Stage.FAULT if at_s < 8 else Stage.HEAL if at_s < 9 else Stage.AFTER
        )
        is_slow = INJECTED_S <= at_s < slow_until_s
        trace.add(glimpse(at_s, stage, rates_per_s={"requests": 200.0}, p95_ms=1109.6 if is_slow else 2.3))
