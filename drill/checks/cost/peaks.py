"""How much more is asked of a table in its busiest minute than on average."""

from __future__ import annotations

import polars as pl

from drill.costs.demand import Demand
from drill.costs.from_metrics import consumed_units
from drill.costs.setup import Setup
from drill.history import History

MINUTE_NS = 60_000_000_000
ENOUGH_NS = 60 * MINUTE_NS
"""Metrics of a shorter time tell nothing of a day; of an hour, at least of that hour."""


def peak_over_average(history: History, resource: str, demand: Demand) -> float | None:
    """As declared; otherwise as an hour of metrics or more shows it, minute by minute; None: nobody knows."""
    declared = demand.peak_of(resource.partition("@")[0])
    if declared is not None:
        return declared
    metrics = history.tables.get("metrics")
    if metrics is None or metrics.is_empty():
        return None
    own = consumed_units(metrics, Setup.of(history)).filter(pl.col("resource") == resource)
    if own.is_empty() or int(own["to_ns"].max()) - int(own["from_ns"].min()) < ENOUGH_NS:  # type: ignore[arg-type]
        return None
    peaks = []
    whole_minutes = (int(own["to_ns"].max()) - int(own["from_ns"].min())) / MINUTE_NS  # type: ignore[arg-type]
    for _, rows in own.group_by("item"):
        minutes = rows.group_by((pl.col("to_ns") - 1) // MINUTE_NS).agg(pl.col("quantity").sum())["quantity"].to_list()
        average = sum(minutes) / whole_minutes
        if average:
            peaks.append(max(1.0, max(minutes) / average))
    return max(peaks, default=None)
