"""Whether the database knows of all that the application said was done."""

from collections.abc import Mapping

import polars as pl

from drill.checks.load.integration.invariants import COUNTS
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History, Outcome
from drill.verdict import Check, Ruling

ORDERS, PAYMENTS = COUNTS
MAKING: Mapping[str, tuple[str, ...]] = {ORDERS: ("place-order", "checkout"), PAYMENTS: ("pay-order", "checkout")}
"""Which patterns put in one row each of what the audit counts."""


def what_was_acknowledged_is_there(making: Mapping[str, tuple[str, ...]] = MAKING) -> Check:
    """Of what the load asked to be put in, as many rows are there as were answered OK, and none that was refused.

    One whose end is unknown may be there or not. An application that says yes and does nothing breaks it, as does a
    database that forgets. Undecided where the audit did not count what this load left, or nothing was answered OK.
    """

    @observation("what_was_acknowledged_is_there", objective="all of it")
    def judged(history: History) -> Finding:
        audit = history.table("audit").filter(pl.col("invariant").cast(pl.String).is_in(list(making)))
        if audit.is_empty():
            raise Undecided("what this load left was not counted")
        requests = history.table("requests").select(pl.col("pattern", "outcome").cast(pl.String))
        each = [
            (row["invariant"], row["found"], *_told(requests, making[row["invariant"]])) for row in audit.to_dicts()
        ]
        told = [(what, found or 0, done, refused, asked) for what, found, done, refused, asked in each if asked]
        acknowledged = sum(done for _, _, done, _, _ in told)
        if not acknowledged:
            raise Undecided("no request that puts something in was answered OK")
        lost = sum(max(0, done - found) for _, found, done, _, _ in told)
        resurrected = sum(max(0, found - (asked - refused)) for _, found, _, refused, asked in told)
        lines = [
            f"{what}: {found:,} are there, {done:,} of {asked:,} were answered OK, {refused:,} failed"
            for what, found, done, refused, asked in told
        ]
        wrong = [
            words
            for number, words in (
                (lost, f"{lost:,} of {counted(acknowledged, 'row')} that were acknowledged are not there"),
                (resurrected, f"{resurrected:,} are there that were said to have failed"),
            )
            if number
        ]
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join(wrong) or f"{counted(acknowledged, 'row')} were acknowledged, all are there",
            measured={"acknowledged_rows": acknowledged, "lost_rows": lost, "resurrected_rows": resurrected},
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def _told(requests: pl.DataFrame, patterns: tuple[str, ...]) -> tuple[int, int, int]:
    """How many of these were answered OK, how many failed, how many there were."""
    rows = requests.filter(pl.col("pattern").is_in(patterns))
    done = rows.filter(pl.col("outcome") == str(Outcome.OK)).height
    refused = rows.filter(pl.col("outcome") == str(Outcome.FAILED)).height
    return done, refused, rows.height
