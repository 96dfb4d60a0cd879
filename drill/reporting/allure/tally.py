"""A history in one small table: what was done through which endpoint, how it ended and why, how often, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from drill.history import Action, Outcome

if TYPE_CHECKING:
    from drill.history import History

_SECOND_NS = 1_000_000_000
_TOLD = ("what", "endpoint", "outcome", "cause")


def tally(history: History) -> pl.DataFrame:
    """Count operations and requests by how they ended; `first_s` and `last_s` are seconds after injection.

    Where nothing was injected they count from the first of all. A history of neither has no rows.
    """
    rows = pl.concat([_operations(history), *_requests(history)])
    since_ns = _injected_ns(history)
    moment_s = (pl.col("at_ns") - (pl.col("at_ns").min() if since_ns is None else since_ns)) / _SECOND_NS
    return (
        rows.with_columns(moment_s.round(3).alias("moment_s"))
        .group_by(_TOLD)
        .agg(
            pl.len().alias("count"),
            pl.col("moment_s").min().alias("first_s"),
            pl.col("moment_s").max().alias("last_s"),
        )
        .sort(_TOLD)
        .collect()
    )


def _operations(history: History) -> pl.LazyFrame:
    return history.operations.lazy().select(
        _text("action").alias("what"), _text("endpoint"), _text("outcome"), _text("cause"), at_ns=pl.col("invoked_ns")
    )


def _requests(history: History) -> list[pl.LazyFrame]:
    """List what an application was asked, pattern by pattern, where it was recorded."""
    if "requests" not in history.tables:
        return []
    return [
        history.tables["requests"]
        .lazy()
        .select(
            (pl.lit("request: ") + _text("pattern")).alias("what"),
            _text("endpoint"),
            _text("outcome"),
            _text("cause"),
            at_ns=pl.col("due_ns"),
        )
    ]


def _text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).fill_null("")


def _injected_ns(history: History) -> int | None:
    injected = history.only(Action.INJECT, outcome=Outcome.OK)
    return None if injected.is_empty() else int(injected["invoked_ns"][0])
