"""Whether a write that may have been applied is only repeated where twice is no more than once."""

import polars as pl

from drill.checks.items.calls import sent
from drill.checks.load.arrivals import TOLD
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

TRANSACTION = "TransactWriteItems"
WHOLE = ("PutItem", "DeleteItem", "BatchWriteItem")


def repeats_are_safe() -> Check:
    """Every write sent after one of the same request whose end is unknown carries a token or a condition, or is whole.

    Whole is a put of the complete item. Counted is what boto3 repeats by itself, too; to a transaction it gives a token
    of its own, a new one for each call of the client, so that within one call it may be repeated. It says nothing of
    whether anything was doubled: by luck it may not be. Undecided where no request repeated such a write.
    """

    @promise("repeats_are_safe", objective="all of them")
    def judged(history: History, moments: Moments) -> Finding:
        again = _again(sent(history, Stretch.since(moments)))
        told = again.drop_nulls("once")
        if again.is_empty():
            raise Undecided("no request repeated a write whose end was unknown")
        if told.height < TOLD * again.height:
            raise Undecided(f"of {counted(again.height, 'repeat')} {told.height:,} tell whether they are safe")
        unsafe = told.filter(~pl.col("once"))
        number = counted(again.height, "repeat")
        kinds = unsafe.group_by("operation", "pattern").len().sort("len", "operation", descending=[True, False])
        lines = [f"{count:,} x {operation} of {pattern or 'no pattern'}" for operation, pattern, count in kinds.rows()]
        return Finding(
            ruling=Ruling.BROKEN if unsafe.height else Ruling.HELD,
            because=f"{unsafe.height:,} of {number} of writes whose end was unknown may apply them twice: {lines[0]}"
            if unsafe.height
            else f"{number} of writes whose end was unknown, each with a token, a condition or the whole item",
            measured={"repeated_writes": again.height, "unsafe_repeats": unsafe.height},
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def _again(calls: pl.DataFrame) -> pl.DataFrame:
    """The writes sent after an earlier one of the same request that may have been applied; `once`: safely."""
    order = calls.drop_nulls("request").sort("request", "sent_ns", maintain_order=True)
    left_open = (pl.col("unknown") & pl.col("writes")).cast(pl.Int8)
    before = left_open.cum_max().shift(fill_value=0).over("request") == 1
    same_call = pl.col("call").eq(pl.col("call").shift().over("request")).fill_null(value=False)
    by_boto3 = same_call & (pl.col("operation") == TRANSACTION)
    open_in = pl.when(left_open == 1).then(pl.col("region")).forward_fill().over("request").shift().over("request")
    elsewhere = pl.col("region").ne_missing(open_in) & ~pl.col("operation").is_in(WHOLE)
    return order.with_columns((pl.col("once") | by_boto3) & ~elsewhere).filter(before & pl.col("writes"))
