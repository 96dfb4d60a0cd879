"""Runs made up, one a day, for those who look at many of them."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from drill.reporting.records import ExperimentRecord, RunRecord
from drill.reporting.trends import RECOVERY, Point, Quantity, Reading, Series, Subject
from drill.verdict import Ruling
from tests.drill.reporting import synthetic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
FAULT = synthetic.FAULT


def run(day: int, *experiments: ExperimentRecord, target: str = "lab", **more: object) -> RunRecord:
    """The run of that day, named as pytest names it."""
    started = FIRST + timedelta(days=day)
    record = replace(
        synthetic.run(*experiments),
        name=f"{started:%Y%m%dT%H%M%SZ}-{target}",
        target=target,
        subject="three zones",
        started=started,
        finished=started + timedelta(minutes=3),
    )
    return replace(record, **more)  # type: ignore[arg-type]


def recovery(seconds: float | None, *, lost: int = 0, fault: str = FAULT) -> ExperimentRecord:
    """One experiment that recovered after so long; never, and so broken, where it is infinite; None: not measured."""
    never = seconds is not None and math.isinf(seconds)
    figure = None if never else seconds
    ruling = Ruling.BROKEN if never else Ruling.UNDECIDED if seconds is None else Ruling.HELD
    return synthetic.experiment(synthetic.recovered(figure, ruling), synthetic.survived(lost), fault=fault)


def under_load(
    p95_ms: float | None, served_pct: float | None = 100.0, *, requests: int = 4000, fault: str = "flood"
) -> ExperimentRecord:
    """One experiment with an application at work."""
    glance = {"requests": requests, "served_during_pct": served_pct, "p95_during_ms": p95_ms}
    return synthetic.experiment(synthetic.survived(0), fault=fault, scenario="connections", phases={}, glance=glance)


def points(*values: float | Sequence[float], give_or_take: float = 0.0) -> Series:
    """A series of recovery times: a run for each, of several repetitions where it is several values."""
    return of(RECOVERY, values, give_or_take=give_or_take)


def of(
    quantity: Quantity, values: Iterable[float | Sequence[float]], *, give_or_take: float = 0.0, fault: str = FAULT
) -> Series:
    """A series of this quantity."""
    return Series(
        subject=Subject("lab", "lab", "three zones", "failover", fault),
        quantity=quantity,
        points=tuple(
            Point(
                run=f"day {day}",
                started=FIRST + timedelta(days=day),
                readings=tuple(
                    Reading(value=each, give_or_take=give_or_take)
                    for each in ((value,) if isinstance(value, int | float) else value)
                ),
            )
            for day, value in enumerate(values)
        ),
    )
