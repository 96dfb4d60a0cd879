"""Whether what was consumed was told at all: what nobody measured is not free."""

from __future__ import annotations

import polars as pl

from drill.checks.load.stretches import Stretch
from drill.costs.from_calls import located
from drill.costs.from_metrics import CONSUMED
from drill.costs.setup import Setup
from drill.errors import Undecided
from drill.history import History

MOST_UNTOLD = 0.05
"""Of the calls that were answered OK so many may leave out what they consumed."""

OK = 200
CONTROL = ("DescribeTable", "DescribeLimits", "ListTables", "DescribeTimeToLive", "DescribeContinuousBackups")
"""Calls of a table that consume nothing."""


def complete(history: History, stretch: Stretch) -> None:
    """Raise `Undecided` where more than one call in twenty does not tell what it consumed, and no metric does."""
    calls = history.tables.get("calls")
    if calls is None or calls.is_empty():
        return
    operation = pl.col("operation").cast(pl.String)
    own = stretch.of(calls, "answered_ns").filter((pl.col("status") == OK) & ~operation.is_in(CONTROL))
    found = located(own, Setup.of(history)).select(
        "resource", untold=pl.col("read_units").is_null() & pl.col("write_units").is_null()
    )
    told = _by_metrics(history, stretch)
    for resource, number, untold in (
        found.group_by("resource").agg(number=pl.len(), untold=pl.col("untold").sum()).sort("resource").iter_rows()
    ):
        if untold > MOST_UNTOLD * number and resource.partition("@")[0] not in told:
            raise Undecided(
                f"{untold:,} of {number:,} calls of {resource} did not tell what they consumed, nor did any metric; "
                'ask for it: ReturnConsumedCapacity="INDEXES"'
            )


def _by_metrics(history: History, stretch: Stretch) -> set[str]:
    metrics = history.tables.get("metrics")
    if metrics is None:
        return set()
    within = metrics.filter(
        pl.col("name").cast(pl.String).is_in(list(CONSUMED))
        & (pl.col("at_ns") > stretch.from_ns)
        & (pl.col("at_ns") - pl.col("period_s") * 1e9 < stretch.to_ns)
    )
    return set(within["subject"].cast(pl.String))
