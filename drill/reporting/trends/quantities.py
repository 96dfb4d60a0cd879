"""What is followed from run to run, and what one experiment says of it.

What never came is infinite, and not missing: a promise that is broken because the clients never wrote again has no
recovery time, and a latency that most requests have no end of is no number either. Both would vanish from a median
that leaves out what is not there, and the worst run of all would look like the best.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drill.reporting.criterion import Worst
from drill.verdict import Ruling, Verdict

if TYPE_CHECKING:
    from drill.reporting.records import ExperimentRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value, in the unit of its quantity; inf is "never". No difference below `give_or_take` means anything."""

    value: float
    give_or_take: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """Something measured in every run, named as in summary.json, with its unit; `words` call it in a sentence.

    `worst` says which of two values is the worse one. `read` finds it in an experiment; None where it was not measured.
    """

    name: str
    words: str
    worst: Worst
    read: Callable[[ExperimentRecord], Reading | None]

    def badness(self, value: float) -> float:
        """The same, turned so that more is always worse."""
        return value if self.worst is Worst.GREATEST else -value


def _recovery(record: ExperimentRecord) -> Reading | None:
    found = [reading for each in record.promises if (reading := _recovered(each)) is not None]
    return max(found, key=lambda each: each.value, default=None)


def _recovered(promise: Verdict) -> Reading | None:
    if "recovery_time_s" not in promise.measured:
        return None
    seconds = promise.measured["recovery_time_s"]
    if seconds is None or not math.isfinite(seconds):  # as summary.json writes it
        return Reading(value=math.inf) if promise.ruling is Ruling.BROKEN else None
    floors_ms = (promise.measured.get(name) or 0.0 for name in ("resolution_ms", "noise_floor_ms"))
    return Reading(value=float(seconds), give_or_take=max(floors_ms) / 1000)


def _loss(record: ExperimentRecord) -> Reading | None:
    """The most that any promise found: two that look at the same writes from two sides do not add up."""
    counts = [each.measured.get("lost_writes") for each in record.promises]
    lost = max((float(count) for count in counts if count is not None), default=None)
    return None if lost is None else Reading(value=lost)


def _latency(record: ExperimentRecord) -> Reading | None:
    """Infinite where requests were due and too few of them were ever answered; the clients' own clock ticks in ms."""
    glance = record.glance or {}
    if glance.get("served_during_pct") is None:
        return None
    p95_ms = glance.get("p95_during_ms")
    return Reading(value=math.inf if p95_ms is None else float(p95_ms), give_or_take=1.0)


def _served(record: ExperimentRecord) -> Reading | None:
    """A share is never finer than one request."""
    glance = record.glance or {}
    served_pct, requests = glance.get("served_during_pct"), glance.get("requests")
    if served_pct is None:
        return None
    return Reading(value=float(served_pct), give_or_take=100 / requests if requests else 0.0)


RECOVERY = Quantity(name="recovery_time_s", words="recovery time", worst=Worst.GREATEST, read=_recovery)
LOSS = Quantity(name="lost_writes", words="lost writes", worst=Worst.GREATEST, read=_loss)
LATENCY = Quantity(name="p95_during_ms", words="p95 under the fault", worst=Worst.GREATEST, read=_latency)
SERVED = Quantity(name="served_during_pct", words="served under the fault", worst=Worst.LEAST, read=_served)

QUANTITIES = {each.name: each for each in (RECOVERY, LOSS, LATENCY, SERVED)}
"""By name, in the order in which they are reported."""
