"""What was used of what is paid for: table `consumption`, put together from everything that was measured.

    calls      ConsumedCapacity of every call of the application's own clients      request units
    metrics    CloudWatch: consumed and provisioned units, I/O, storage, ACUs        all of an account's clients
    settings   what control planes say: provisioned units, instances, sizes          while they are there
    counters   PostgreSQL's own, by drill.probes.consumption: pages read and log written, as I/O

Quantities are in the price book's units. Several sources may tell of the same: nothing here adds them up, and
`drill.costs.spending` takes the one that saw most, since none of them sees what was not used.
"""

from __future__ import annotations

import polars as pl

from drill.costs.from_calls import from_calls
from drill.costs.from_metrics import from_metrics
from drill.costs.from_settings import from_settings
from drill.costs.setup import Setup
from drill.errors import Undecided
from drill.history import History
from drill.tables import typed_table

DERIVED = ("calls", "metrics", "settings")
"""The sources that a history's other tables tell of."""


def consumed(history: History) -> pl.DataFrame:
    """All of it, once from each source. `Undecided` where nothing was measured at all.

    What was recorded as `consumption` counts as it stands; what it lacks comes from the other tables.
    """
    setup = Setup.of(history)
    recorded = history.tables.get("consumption")
    rows = typed_table("consumption", [] if recorded is None else recorded)
    known = set(rows["source"].cast(pl.String))
    found = [rows]
    if not known & set(DERIVED):
        metrics = history.tables.get("metrics")
        calls = history.tables.get("calls")
        if calls is not None and not calls.is_empty():
            found.append(from_calls(calls, setup))
        if metrics is not None and not metrics.is_empty():
            found.append(from_metrics(metrics, setup))
        dated = _provisioned(found[-1]) if metrics is not None and not metrics.is_empty() else frozenset()
        found.append(from_settings(setup, *_seen(history, found), dated=dated))
    everything = pl.concat(found)
    if everything.is_empty():
        raise Undecided("nothing was measured of what is paid for: no calls, metrics, settings or counters")
    return everything


def _provisioned(rows: pl.DataFrame) -> frozenset[tuple[str, str]]:
    """The resources and items whose provisioned units metrics have dated: settings would only repeat them undated."""
    there = rows.filter(pl.col("unit") == "unit-hour")
    return frozenset(there.select(pl.col("resource", "item").cast(pl.String)).unique().rows())


def _seen(history: History, found: list[pl.DataFrame]) -> tuple[int, int]:
    """From when to when anything was seen."""
    moments = [history.operations.select(a=pl.col("invoked_ns").min(), b=pl.col("completed_ns").max())]
    moments += [rows.select(a=pl.col("from_ns").min(), b=pl.col("to_ns").max()) for rows in found]
    requests = history.tables.get("requests")
    if requests is not None:
        moments.append(requests.select(a=pl.col("due_ns").min(), b=pl.col("completed_ns").max()))
    low, high = pl.concat(moments).select(pl.col("a").min(), pl.col("b").max()).row(0)
    return (0, 1) if low is None or high is None else (int(low), max(int(high), int(low) + 1))
