"""How old evidence is: neither of the future, nor of a database that has changed since."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from drill.config.durations import format_duration

if TYPE_CHECKING:
    from datetime import datetime

    from drill.reporting.records import RunRecord

TOLERANCE = timedelta(minutes=5)
"""How far the clocks of who runs and of who gates may be apart."""


def stale(run: RunRecord, now: datetime, max_age_s: float) -> str | None:
    """Why the age of a run makes it no evidence; None where it does not. It is counted from when the run finished."""
    age = now - run.finished
    if age < -TOLERANCE:
        return f"the run finished {spelled(-age)} from now; set the clocks right, and run the suite again"
    if age > timedelta(seconds=max_age_s):
        return f"the run is {spelled(age)} old, of {_days(max_age_s)} allowed; run the suite again"
    return None


def spelled(age: timedelta) -> str:
    """In the two greatest of days, hours, minutes and seconds: "3d 4h", "12m 30s"; what is to come is "0s"."""
    left = max(0, round(age.total_seconds()))
    parts = []
    for unit, seconds in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        whole, left = divmod(left, seconds)
        parts += [f"{whole}{unit}"] if whole else []
    return " ".join(parts[:2]) or "0s"


def _days(seconds: float) -> str:
    return f"{seconds / 86400:g}d" if seconds >= 86400 and seconds % 86400 == 0 else format_duration(seconds)
