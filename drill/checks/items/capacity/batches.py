"""Whether a batch of which the database did a part is brought to its end.

    BatchWriteItem 10 asked   -> 4 unprocessed    6 done
    BatchWriteItem  4 asked   -> 0 unprocessed    4 done     10 done: complete

A batch that fits in part is answered with status 200 and names what was left (API reference, BatchWriteItem); who does
not look has lost it without an error.
"""

import polars as pl

from drill.checks.items.calls import sent
from drill.checks.items.truth.standing import standing
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History, Outcome
from drill.verdict import Check, Ruling

BATCHES = ("BatchWriteItem", "BatchGetItem")


def batches_are_completed() -> Check:
    """Who is answered OK has all items of his batch, though the database left some of them at first.

    Written items of an OK request stand in the table, and as many were done as it asked for. Of batches that read no
    more are left unfinished, pattern by pattern, than users were told that they failed. Undecided where no batch was
    done in part while the fault lasted.
    """

    @promise("batches_are_completed", objective="all items")
    def judged(history: History, moments: Moments) -> Finding:
        calls = sent(history, Stretch.since(moments)).filter(pl.col("operation").is_in(BATCHES))
        partial = calls.filter("partial")
        met = Stretch.under(history, moments).of(partial, "sent_ns").drop_nulls("request")
        if met.is_empty():
            raise Undecided(f"none of {counted(calls.height, 'batch call')} was done in part during the fault")
        whole = sent(history).filter(pl.col("operation").is_in(BATCHES))
        done = _done(whole.join(met.select("request").unique(), on="request", how="semi"))
        short = done.filter(pl.col("done") < pl.col("asked"))
        since = Stretch.since(moments).of(whole, "answered_ns")
        lines = [*_unwritten(history, done), *_unread(history, moments, short, _refused(since))]
        number = counted(done.height, "batch request")
        finished = done.height - short.height
        if not lines and not finished:
            raise Undecided(f"{number} were done in part, and none was ever brought to its end: all users were told")
        return Finding(
            ruling=Ruling.BROKEN if lines else Ruling.HELD,
            because=f"{number} were done in part; {'; '.join(lines[:3])}"
            if lines
            else f"{number} were done in part, {finished:,} of them completed, the others not answered OK",
            measured={
                "partial_batches": done.height,
                "completed_batches": finished,
                "unprocessed_items": int(met["unprocessed"].sum()),
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def _done(calls: pl.DataFrame) -> pl.DataFrame:
    """For each request: request, pattern, writes, asked (items, of its largest call), done (over all its calls)."""
    answered = pl.when(pl.col("failed")).then(0).otherwise(pl.col("asked") - pl.col("unprocessed").fill_null(0))
    return (
        calls.sort("request", "sent_ns")
        .with_columns(done=answered.fill_null(0))
        .group_by("request", maintain_order=True)
        .agg(
            pl.col("pattern").first(),
            writes=pl.col("writes").any(),
            asked=pl.col("asked").max(),
            # Who asks for what is done already has come no further: each call tells of what it asked for itself.
            done=pl.min_horizontal(
                pl.col("done").sum(),
                (pl.col("asked").max() - (pl.col("asked").fill_null(0) - pl.col("done")).min()),
            ),
        )
        .sort("request")
    )


def _unwritten(history: History, done: pl.DataFrame) -> list[str]:
    """A line for each request that was answered OK and left items undone; `Undecided` without what it wrote."""
    writing = done.filter("writes")
    if writing.is_empty():
        return []
    rows = standing(history).join(writing.select("request", "done"), on="request", how="inner")
    if rows.is_empty():
        raise Undecided(f"what {counted(writing.height, 'request')} wrote in batches was not recorded")
    absent = (~pl.col("there") & ~pl.col("overwritten")).sum()
    each = (
        rows.filter(pl.col("outcome") == str(Outcome.OK))
        .group_by("request")
        .agg(pl.col("pattern").first(), asked=pl.len(), done=pl.col("done").first(), absent=absent)
        .filter((pl.col("absent") > 0) | (pl.col("done") < pl.col("asked")))
        .sort("request")
    )
    return [
        f"{row['pattern']} ({row['request']}) was answered OK: {row['done']} of {row['asked']} items were done, "
        f"{row['absent']} are not there"
        for row in each.rows(named=True)
    ]


def _refused(calls: pl.DataFrame) -> pl.DataFrame:
    """For each pattern: batch requests of which no call was answered at all; their users were told for that."""
    return (
        calls.group_by("request")
        .agg(pl.col("pattern").first(), refused=pl.col("failed").all())
        .group_by("pattern")
        .agg(refused=pl.col("refused").sum())
    )


def _unread(history: History, moments: Moments, short: pl.DataFrame, refused: pl.DataFrame) -> list[str]:
    """A line for each pattern of which more batches stayed unfinished than requests were not answered OK."""
    unfinished = short.filter(~pl.col("writes")).group_by("pattern").agg(unfinished=pl.len())
    requests = Stretch.since(moments).of(history.table("requests"), "completed_ns")
    told = (
        requests.with_columns(pl.col("pattern").cast(pl.String))
        .group_by("pattern")
        .agg(failed=(pl.col("outcome") != str(Outcome.OK)).sum())
    )
    each = (
        unfinished.join(told, on="pattern", how="left", nulls_equal=True)
        .join(refused, on="pattern", how="left", nulls_equal=True)
        .with_columns(
            failed=(pl.col("failed").fill_null(0).cast(pl.Int64) - pl.col("refused").fill_null(0).cast(pl.Int64)).clip(
                0
            )
        )
    )
    return [
        f"{row['pattern']}: {row['unfinished']:,} batches were left unfinished, and {row['failed']:,} requests told so"
        for row in each.filter(pl.col("unfinished") > pl.col("failed")).sort("pattern").rows(named=True)
    ]
