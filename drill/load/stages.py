"""When each step of a load was: rows of the table `settings`, for whoever judges a ramp."""

from __future__ import annotations

import polars as pl

from drill.load.schedule import SECOND_NS, Schedule
from drill.tables import typed_table


def stages(plan: Schedule, began_ns: int) -> pl.DataFrame:
    """Subject "stage-00" and so on; `rate_per_s`, `from_ns` and `to_ns` of each."""
    rows = []
    from_ns = began_ns
    for number, step in enumerate(plan.steps):
        to_ns = from_ns + round(step.lasts_s * SECOND_NS)
        told = {"rate_per_s": f"{step.rate_per_s:g}", "from_ns": str(from_ns), "to_ns": str(to_ns)}
        rows += [{"subject": f"stage-{number:02}", "name": name, "value": value} for name, value in told.items()]
        from_ns = to_ns
    return typed_table("settings", rows)
