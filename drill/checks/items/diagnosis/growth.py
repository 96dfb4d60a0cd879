"""Items that grow, and all that is asked of them with them."""

import polars as pl

from drill.checks.items.calls import sent
from drill.checks.items.diagnosis.reason import Diagnosis, Reason
from drill.checks.load.stretches import FOREVER_NS, Stretch
from drill.checks.moments import Moments
from drill.errors import Undecided
from drill.history import History

FEW = 10
"""Calls of an operation of a pattern at either end; with fewer, sizes are chance."""

LARGER = 2.0
"""In the end a call carries, or consumes, so many times as much as before the fault."""

GROWS = 1.2
"""And in the last third of the fault more than in the first: what jumped once, and stays, did not grow."""

GROWN, JUMPED = 0.85, 0.45


def growing_items(history: History, moments: Moments) -> list[Diagnosis]:
    """Each table of which calls of the application carry more and more bytes, and consume more and more units.

    Compared are medians by pattern and operation, so that a change of what is asked is none of what items are.
    """
    steady, during = Stretch.steady(moments), Stretch.during(history, moments)
    calls = (
        sent(history)
        .filter("ok")
        .with_columns(
            bytes=pl.max_horizontal("request_bytes", "response_bytes").cast(pl.Float64),
            units=pl.col("read_units").fill_null(0.0) + pl.col("write_units").fill_null(0.0),
        )
    )
    under = during.of(calls, "sent_ns")
    first, last = _thirds(during, under)
    each = (
        _sizes(steady.of(calls, "sent_ns"), "before")
        .join(_sizes(first.of(calls, "sent_ns"), "first"), on=_BY, how="inner", nulls_equal=True)
        .join(_sizes(last.of(calls, "sent_ns"), "last"), on=_BY, how="inner", nulls_equal=True)
    )
    if each.is_empty():
        raise Undecided("too few calls of any pattern ended OK before and during the fault to compare their sizes")
    larger = (pl.col("bytes_last") >= LARGER * pl.col("bytes_before")) & (
        pl.col("units_last") >= LARGER * pl.col("units_before")
    )
    grows = pl.col("bytes_last") >= GROWS * pl.col("bytes_first")
    tables = (
        each.with_columns(grows=grows)
        .filter(larger)
        .sort(pl.col("bytes_last") / pl.col("bytes_before"), descending=True)
        .group_by("table", maintain_order=True)
        .agg(pl.col("grows").any(), pl.exclude("grows").first(), patterns=pl.len())
    )
    return [
        Diagnosis(
            reason=Reason.GROWING_ITEMS,
            subject=row["table"] or "no table",
            detail=f"{row['operation']} of {row['pattern']} on {row['table']} carries {row['bytes_last']:,.0f} bytes, "
            f"{row['bytes_before']:,.0f} before, and consumes {row['units_last']:,.1f} units, "
            f"{row['units_before']:,.1f} before; so it is with {row['patterns']} of {each.height} kinds of calls",
            score=GROWN if row["grows"] else JUMPED,
        )
        for row in tables.rows(named=True)
    ]


_BY = ["pattern", "operation", "table"]


def _sizes(calls: pl.DataFrame, when: str) -> pl.DataFrame:
    """The median of bytes and units of a call, of each kind that has enough of them."""
    return (
        calls.group_by(_BY)
        .agg(
            pl.col("bytes").median().alias(f"bytes_{when}"),
            pl.col("units").median().alias(f"units_{when}"),
            number=pl.len(),
        )
        .filter(pl.col("number") >= FEW)
        .drop("number")
    )


def _thirds(during: Stretch, calls: pl.DataFrame) -> tuple[Stretch, Stretch]:
    """The first and the last third of the fault; of one that was never healed, of what was seen of it."""
    if calls.is_empty():
        raise Undecided("no call ended OK during the fault")
    until_ns = during.to_ns if during.to_ns < FOREVER_NS else int(calls["sent_ns"].max()) + 1  # type: ignore[arg-type]
    third = (until_ns - during.from_ns) // 3
    first = Stretch(name="at first", from_ns=during.from_ns, to_ns=during.from_ns + third)
    return first, Stretch(name="in the end", from_ns=until_ns - third, to_ns=until_ns)
