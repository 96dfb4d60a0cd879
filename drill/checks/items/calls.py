"""The calls that an application's DynamoDB clients really sent, and how each of them ended.

    sent --- ok            all of it was done
         --- partial       a batch of which the database left some items: they must be asked for again
         --- throttled     refused for want of capacity: nothing was done
         --- unknown       no answer, or an error of the server itself: a write may have been applied
         --- refused       any other error: nothing was done

Which errors are safe to repeat, and that a 500 leaves it open whether a write was applied: Amazon DynamoDB Developer
Guide, "Error handling with DynamoDB".
"""

from typing import Final

import polars as pl

from drill.checks.load.arrivals import ENOUGH, percentile, whole_load
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.errors import Undecided
from drill.history import History

THROTTLES: Final = ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded")
"""AWS's error codes of a throttle."""

CANCELED: Final = "TransactionCanceledException"
THROTTLED_REASONS: Final = ("ThrottlingError", "ProvisionedThroughputExceeded")
"""The codes of a transaction's CancellationReasons that stand for a throttle (API reference, TransactWriteItems)."""

WRITES: Final = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")

NEVER_SENT: Final = ("ConnectTimeoutError", "EndpointConnectionError", "ProxyConnectionError")
"""Exceptions of botocore that come before anything was sent: a write cannot have been applied."""

COVERED = 0.9
"""Who is answered OK has sent a call: of so many at least one must have been recorded, or others send them."""

SLOWER, SLOWER_MS = 2.0, 5.0
"""A call is slow that takes twice as long as nineteen of twenty did before, and some milliseconds more."""

_CODE = pl.col("code").cast(pl.String).fill_null("")
_FAILED = pl.col("code").is_not_null() | pl.col("status").is_null() | (pl.col("status") >= 400).fill_null(value=True)
_PARTIAL = ~_FAILED & (pl.col("unprocessed") > 0).fill_null(value=False)
_REASONS = pl.col("reasons").list.eval(pl.element().is_in(THROTTLED_REASONS)).list.any().fill_null(value=False)
_UNANSWERED = pl.col("status").is_null()
_SERVER = (pl.col("status") >= 500).fill_null(value=False)
_STATES = {
    "failed": _FAILED,
    "partial": _PARTIAL,
    "ok": ~_FAILED & ~_PARTIAL,
    "throttled": _CODE.is_in(THROTTLES) | ((_CODE == CANCELED) & _REASONS),
    "unanswered": _UNANSWERED,
    "unknown": (_UNANSWERED & ~_CODE.is_in(NEVER_SENT)) | _SERVER,
    "writes": pl.col("operation").cast(pl.String).is_in(WRITES),
    "took_ms": (pl.col("answered_ns") - pl.col("sent_ns")) / 1e6,
}
_TEXT = ("pattern", "operation", "region", "table", "index", "code")


def sent(history: History, stretch: Stretch | None = None) -> pl.DataFrame:
    """The calls sent in a stretch, or all of them, with names as text, and how each ended.

    Adds failed, partial, ok, throttled, unanswered, unknown (whether it was applied), writes, took_ms.
    """
    rows = history.table("calls")
    return (
        (rows if stretch is None else stretch.of(rows, "sent_ns"))
        .with_columns(**_STATES)
        .with_columns(pl.col(*_TEXT).cast(pl.String))
    )


def covered(history: History) -> None:
    """Raise `Undecided` where calls of too few requests were recorded: what other clients send is not seen."""
    served = whole_load(history).rows.filter("ok").height
    known = history.table("calls")["request"].drop_nulls().n_unique()
    if not known or known < COVERED * served:
        raise Undecided(
            f"calls of {known:,} requests were recorded, and {served:,} were answered OK: the others went through "
            "clients that nobody sees"
        )


def hindered(history: History, moments: Moments) -> pl.DataFrame:
    """The calls sent while the fault lasted; `Undecided` where none met it: then there was nothing to stand.

    One has met it that failed, was done in part, or was slow by what was usual before.
    """
    covered(history)
    rows = sent(history, Stretch.under(history, moments))
    bar_ms = slow_ms(sent(history, Stretch.steady(moments)))
    met = rows.filter(pl.col("failed") | pl.col("partial") | (pl.col("took_ms") > bar_ms).fill_null(value=True))
    if met.height < ENOUGH:
        raise Undecided(
            f"of {rows.height:,} calls sent during the fault {met.height:,} failed or were slow, of {ENOUGH} needed: "
            "the application hardly met it"
        )
    return rows


def slow_ms(before: pl.DataFrame) -> float:
    """From how many ms on a call is slow, by those of steady state."""
    rows = before.filter("ok").drop_nulls("took_ms")
    if rows.height < ENOUGH:
        raise Undecided(f"before the fault {rows.height:,} calls ended OK, of {ENOUGH} needed to compare with")
    usual_ms = float(rows.select(percentile("took_ms", 95)).item())
    return max(SLOWER * usual_ms, usual_ms + SLOWER_MS)


def repeats(calls: pl.DataFrame) -> pl.DataFrame:
    """The calls by which a request tried again: those that follow one that failed or was done in part.

    Adds `number` (of the request's repeats, from 1), `gap_ms` (from the end of the call before; 0 where that had not
    ended), `after_ns` (when that ended) and `after` (its code). A request's further pages are no repeats.
    """
    order = calls.drop_nulls("request").sort("request", "sent_ns", maintain_order=True)
    before = {name: pl.col(name).shift().over("request") for name in ("failed", "partial", "answered_ns", "code")}
    again = (before["failed"] | before["partial"]).fill_null(value=False)
    gap_ms = ((pl.col("sent_ns") - before["answered_ns"]) / 1e6).clip(0.0).fill_null(0.0)
    return (
        order.with_columns(again=again, gap_ms=gap_ms, after_ns=before["answered_ns"], after=before["code"])
        .with_columns(number=pl.col("again").cast(pl.Int32).cum_sum().over("request"))
        .filter("again")
        .drop("again")
    )


def ended(calls: pl.DataFrame, most: int = 4) -> str:
    """How calls ended that did not end OK, the most frequent first: `204 x ThrottlingException, 3 x no answer`."""
    failed = calls.filter("failed").with_columns(said=pl.col("code").fill_null("no answer"))
    counts = failed["said"].value_counts(sort=True).sort("count", "said", descending=[True, False]).head(most)
    partial = calls["partial"].sum()
    lines = [f"{number:,} x {said}" for said, number in counts.rows()]
    return ", ".join([*lines, *([f"{partial:,} x done in part"] if partial else [])]) or "no errors"
