"""Whether each transfer that was asked for happened once, or not at all if that is what was said."""

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History, Outcome
from drill.verdict import Check, Ruling


def each_transfer_once() -> Check:
    """A transfer that ended OK stands in the ledger once, as asked; one that FAILED does not; nobody else's does.

    One whose end is UNKNOWN may stand there or not, but not twice. Undecided where no transfer ended OK.
    """

    @observation("each_transfer_once", objective="each once")
    def judged(history: History) -> Finding:
        asked, ledger = history.table("transfers"), history.table("ledger")
        done = asked.filter(pl.col("outcome") == str(Outcome.OK))
        if done.is_empty():
            raise Undecided(f"of {counted(asked.height, 'transfer')} none ended OK")
        found = _compared(asked, ledger)
        wrong = {
            "lost": found.filter((pl.col("outcome") == str(Outcome.OK)) & (pl.col("times") == 0)),
            "applied more than once": found.filter(pl.col("times") > 1),
            "refused, and applied": found.filter((pl.col("outcome") == str(Outcome.FAILED)) & (pl.col("times") > 0)),
            "never asked for": found.filter(~pl.col("asked").fill_null(value=False)),
            "not as asked": found.filter((pl.col("times") > 0) & pl.col("differs").fill_null(value=False)),
        }
        told = [f"{rows.height:,} {name}" for name, rows in wrong.items() if rows.height]
        lines = [f"{key}: {name}" for name, rows in wrong.items() for key in rows["key"].sort().head(SHOWN)]
        total = sum(rows.height for rows in wrong.values())
        number = counted(asked.height, "transfer")
        return Finding(
            ruling=Ruling.BROKEN if told else Ruling.HELD,
            because=f"of {number}: {', '.join(told)}"
            if told
            else f"{done.height:,} of {number} ended OK, each is there once",
            measured={
                "acknowledged_transfers": done.height,
                "lost_transfers": wrong["lost"].height,
                "duplicate_transfers": wrong["applied more than once"].height,
                "resurrected_transfers": wrong["refused, and applied"].height,
                "unasked_transfers": wrong["never asked for"].height,
                "altered_transfers": wrong["not as asked"].height,
            },
            evidence=listed(lines[:SHOWN], total),
        )

    return judged


def _compared(asked: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """One row a key: outcome, asked, times (in the ledger), differs (from what was asked)."""
    columns = ("source", "destination", "amount")
    there = ledger.group_by("key").agg(
        *(pl.col(name).first().alias(f"{name}_there") for name in columns), times=pl.len()
    )
    differs = pl.any_horizontal([pl.col(name).ne_missing(pl.col(f"{name}_there")) for name in columns])
    return (
        asked.select("key", pl.col("outcome").cast(pl.String), *columns, asked=pl.lit(value=True))
        .join(there, on="key", how="full", coalesce=True)
        .with_columns(pl.col("times").fill_null(0), differs=differs & pl.col("asked") & (pl.col("times") > 0))
    )
