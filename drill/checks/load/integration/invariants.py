"""Whether what must be equal is equal when all is over."""

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

COUNTS = ("orders placed by this load", "payments made by this load")
"""What an audit counts without expecting a number: `what_was_acknowledged_is_there` knows which."""

MONEY = "balance"
"""The word by which invariants about money are known."""


def invariants_hold() -> Check:
    """Each invariant of the data holds when all is over: no half transaction, nothing twice, nothing missing.

    Undecided where nothing was audited.
    """

    @observation("invariants_hold", objective="no difference")
    def judged(history: History) -> Finding:
        audit = history.table("audit")
        counts = pl.col("invariant").cast(pl.String).is_in(COUNTS) & pl.col("expected").is_null()
        return equal(audit.filter(~counts), "invariant", "violated_invariants")

    return judged


def money_is_conserved() -> Check:
    """The sum of all balances is what it was, and each balance is what the transfers say.

    It says nothing of whether a transfer was applied at all. Undecided where no balance was audited.
    """

    @observation("money_is_conserved", objective="no difference")
    def judged(history: History) -> Finding:
        money = history.table("audit").filter(pl.col("invariant").cast(pl.String).str.contains(MONEY))
        found = equal(money, "money invariant", "violated_money_invariants")
        missing = money.filter(pl.col("invariant").cast(pl.String).str.contains("sum"))
        amount = int((missing["expected"] - missing["found"]).sum())
        return Finding(
            ruling=found.ruling,
            because=found.because,
            measured={**found.measured, "missing_amount": amount},
            evidence=found.evidence,
        )

    return judged


def equal(audit: pl.DataFrame, noun: str, figure: str) -> Finding:
    """Judge rows of an audit; what was not found at all differs."""
    if audit.is_empty():
        raise Undecided(f"no {noun} was audited")
    wrong = audit.filter(pl.col("expected").ne_missing(pl.col("found")) | pl.col("expected").is_null())
    lines = [
        f"{row['invariant']}: {row['found']} found, {row['expected']} expected"
        + (f" ({row['detail']})" if row["detail"] else "")
        for row in (wrong if wrong.height else audit).head(SHOWN).rows(named=True)
    ]
    because = f"{wrong.height} of {counted(audit.height, noun)} violated: {'; '.join(lines[:3])}"
    return Finding(
        ruling=Ruling.BROKEN if wrong.height else Ruling.HELD,
        because=because if wrong.height else f"all of {counted(audit.height, noun)} held",
        measured={figure: wrong.height},
        evidence=listed(lines, wrong.height or audit.height),
    )
