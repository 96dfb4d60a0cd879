"""Whether a transaction is tried again that was canceled for another one's sake, refused, or left open."""

from typing import Final

import polars as pl

from drill.checks.items.calls import CANCELED, sent
from drill.checks.load.arrivals import by_chance
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

TRANSACTIONS = ("TransactWriteItems", "TransactGetItems")

CONFLICT = "TransactionConflict"
"""The code of a CancellationReason: another transaction had the item. The same may well succeed later, and nothing of
this one was done (API reference, TransactWriteItems). So it is with those of a throttle."""

FINAL: Final = ("ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded", "ValidationError")
"""Codes after which it fails again."""

IN_PROGRESS = "TransactionInProgressException"


def transactions_are_retried(share: float = 0.95) -> Check:
    """Of the transactions that met a conflict, a throttle or no answer, `share` are tried again, and some succeed.

    One that is canceled for a condition as well is not meant: it would fail again. After a call that was left open it
    tells that the work is done, and is a success. A retry budget that is used up, and
    a deadline that is near, excuse the rest. Undecided where no transaction met either, and where all that were tried
    again failed again.
    """

    @observation("transactions_are_retried", objective=f"{share:.0%} of them")
    def judged(history: History) -> Finding:
        calls = sent(history).filter(pl.col("operation").is_in(TRANSACTIONS)).drop_nulls("request")
        met = _each(calls).filter(pl.col("met") > 0)
        if met.is_empty():
            number = counted(calls["request"].n_unique(), "request")
            raise Undecided(f"of {number} with a transaction none met a conflict, a throttle or no answer")
        left = met.filter(~pl.col("again"))
        saved = met.filter(pl.col("again") & pl.col("ok"))
        because = (
            f"{counted(met.height, 'transaction')} met a conflict, a throttle or no answer, "
            f"{int(met['conflicts'].sum()):,} conflicts in all: {left.height:,} were given up at once, "
            f"{saved.height:,} succeeded at a later attempt"
        )
        held = left.height <= by_chance(met.height, 1 - share)
        if held and saved.is_empty():
            raise Undecided(because)
        lines = [
            f"{row['pattern'] or 'a transaction'} ({row['request']}): given up at the first {row['why']}"
            for row in left.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=Ruling.HELD if held else Ruling.BROKEN,
            because=because,
            measured={
                "hindered_transactions": met.height,
                "conflicts": int(met["conflicts"].sum()),
                "not_retried": left.height,
                "retried_with_success": saved.height,
            },
            evidence=listed(lines, left.height),
        )

    return judged


def _each(calls: pl.DataFrame) -> pl.DataFrame:
    """One row a request: pattern, met (retryable refusals), conflicts, again (a call follows the first), ok, why."""
    canceled = pl.col("code") == CANCELED
    conflict = (canceled & _told(CONFLICT)).fill_null(value=False)
    final = (canceled & _told(*FINAL)).fill_null(value=False)
    condition = (canceled & _told(FINAL[0])).fill_null(value=False)
    in_progress = (pl.col("code") == IN_PROGRESS).fill_null(value=False)
    hindered = (conflict | pl.col("throttled") | pl.col("unknown") | in_progress) & ~final
    open_ns = pl.col("sent_ns").filter(pl.col("unknown")).min()
    first_ns = pl.col("sent_ns").filter(pl.col("hindered")).min()
    return (
        calls.with_columns(hindered=hindered, conflict=conflict & ~final, done=condition)
        .sort("request", "sent_ns", maintain_order=True)
        .group_by("request", maintain_order=True)
        .agg(
            pl.col("pattern").first(),
            met=pl.col("hindered").sum(),
            conflicts=pl.col("conflict").sum(),
            again=(pl.col("sent_ns") > first_ns).any(),
            ok=(pl.col("ok") | (pl.col("done") & (pl.col("sent_ns") > open_ns))).fill_null(value=False).any(),
            why=pl.col("code").filter(pl.col("hindered")).first(),
        )
    )


def _told(*codes: str) -> pl.Expr:
    """Whether one of these stands among the reasons."""
    return pl.col("reasons").list.eval(pl.element().is_in(codes)).list.any().fill_null(value=False)
