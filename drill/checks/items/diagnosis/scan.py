"""Somebody reads a whole table, again and again.

Who does it is not seen by the application's clients. CloudWatch counts it by operation: SuccessfulRequestLatency has a
sample a request (Developer Guide, "DynamoDB metrics and dimensions").
"""

import polars as pl

from drill.checks.items.diagnosis.metered import rates, until_injection
from drill.checks.items.diagnosis.reason import Diagnosis, Reason
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.errors import Undecided
from drill.history import History

SCAN = "Scan"
MORE = 2.0
"""At least so many times as many scans a second as before."""

LEAST = 0.2
"""Scans a second; one in five seconds is somebody who looks something up."""

UNITS = 1.5
"""And the table's consumed read units rise by this factor, or it is no load."""

PROVEN, LIGHT = 0.9, 0.5


def scan_under_load(history: History, moments: Moments) -> list[Diagnosis]:
    """Each table of which more scans were counted than before; it is heavy where consumed read units rose as well."""
    before, during = until_injection(moments), Stretch.during(history, moments)
    now, then = _scans(history, during), _scans(history, before)
    units, usual = _units(history, during), _units(history, before)
    found = []
    for table, per_s in now.items():
        if per_s < LEAST or per_s < MORE * then.get(table, 0.0):
            continue
        read, read_before = units.get(table, 0.0), usual.get(table, 0.0)
        heavy = read > 0 and read >= UNITS * read_before
        found.append(
            Diagnosis(
                reason=Reason.SCAN,
                subject=table,
                detail=f"{per_s:,.1f} scans of {table} a second, {then.get(table, 0.0):,.1f} before; it consumes "
                f"{read:,.0f} read units a second, {read_before:,.0f} before",
                score=PROVEN if heavy else LIGHT,
            )
        )
    return found


def _scans(history: History, stretch: Stretch) -> dict[str, float]:
    """How many scans a second there were of each table."""
    rows = rates(history, stretch, "SuccessfulRequestLatency", "SampleCount").filter(pl.col("detail") == SCAN)
    return dict(rows.select("subject", "per_s").rows())


def _units(history: History, stretch: Stretch) -> dict[str, float]:
    rows = rates(history, stretch, "ConsumedReadCapacityUnits").filter(pl.col("detail").is_null())
    if rows.is_empty():
        raise Undecided(f"CloudWatch told no consumed read units {stretch.name}")
    return dict(rows.select("subject", "per_s").rows())
