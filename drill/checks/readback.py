"""What stood in the tables at the end, and whether that is known completely."""

from dataclasses import dataclass

import polars as pl

from drill.errors import Undecided
from drill.history import Action, History, Outcome

UNDEFINED_TABLE = "42P01"
"""SQLSTATE undefined_table."""

WRITE = ["key", "value"]
"""What makes a write this one and no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readback:
    """All rows as (key, value), read from the writer; none, and `gone`, if the table no longer exists."""

    rows: pl.DataFrame
    server: str | None
    gone: bool = False


def read_back(history: History) -> Readback:
    """Take what the auditor read; `Undecided` unless it is there once, and complete.

    Complete is a readback with a header, a row without a key, which counts as many rows as there are from the
    instance that it names.
    """
    reading = history.operations.lazy().filter(pl.col("action") == str(Action.READBACK))
    headers = reading.filter(pl.col("key").is_null()).collect()
    done = headers.filter(pl.col("outcome") == str(Outcome.OK))
    if done.is_empty() and (headers["code"] == UNDEFINED_TABLE).any():
        return Readback(rows=pl.DataFrame(schema={"key": pl.Int32, "value": pl.Int64}), server=None, gone=True)
    if done.height != 1:
        how = "never read back" if done.is_empty() else f"read back {done.height} times"
        raise Undecided(f"the writer's rows were {how} completely")
    server = done["server"][0]
    from_it = pl.col("key").is_not_null() & pl.col("server").eq_missing(pl.lit(server))
    rows = reading.filter(from_it, pl.col("outcome") == str(Outcome.OK)).select(WRITE).collect()
    if rows.height != done["value"][0]:
        raise Undecided(f"the readback is incomplete: {rows.height:,} rows of {done['value'][0]:,}")
    return Readback(rows=rows, server=server)
