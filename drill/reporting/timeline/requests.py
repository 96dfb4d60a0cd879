"""An application's requests as the operations that a timeline shows: reads and writes, from when each was due."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from drill.history import READER_ENDPOINT, Action, typed

if TYPE_CHECKING:
    from drill.history import History


def as_operations(history: History) -> History:
    """The same history; where an application was at work and no probes were, its requests in their place."""
    requests = history.tables.get("requests")
    if requests is None or requests.is_empty() or not history.only(Action.WRITE).is_empty():
        return history
    reads = pl.col("endpoint") == READER_ENDPOINT
    shown = requests.select(
        client=pl.lit("application"),
        action=pl.when(reads).then(pl.lit(str(Action.READ))).otherwise(pl.lit(str(Action.WRITE))),
        endpoint="endpoint",
        server="server",
        invoked_ns="due_ns",
        completed_ns="completed_ns",
        outcome="outcome",
        code="code",
        cause="cause",
    )
    turning_points = history.only(Action.INJECT, Action.CONFIRM, Action.COMPLETE, Action.HEAL)
    return replace(history, operations=pl.concat([turning_points, typed(shown)]).sort("invoked_ns"))
