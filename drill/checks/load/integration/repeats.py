"""What is tried again, and what must not be."""

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import Action, History, Outcome
from drill.verdict import Check, Ruling

SERIALIZATION = ("40001", "40P01")
"""Serialization failure, deadlock: the same again may well succeed, and nothing of it was done."""

NEVER = "^(22|23|42)"
"""Bad data, a violated constraint, a statement that is wrong: the same again fails again."""


def serialization_failures_are_retried() -> Check:
    """Who meets a serialization failure tries again: none ends with 40001 or 40P01 at the first attempt.

    Undecided where nobody was seen to meet one, neither by trying again with success nor by ending with it, and where
    the application does not tell its attempts.
    """

    @observation("serialization_failures_are_retried", objective="all of them")
    def judged(history: History) -> Finding:
        rows = _attempts(history)
        met = rows.filter(pl.col("code").is_in(SERIALIZATION))
        saved = rows.filter((pl.col("outcome") == str(Outcome.OK)) & (pl.col("attempts") > 1))
        given_up = met.filter(pl.col("attempts") <= 1)
        if met.is_empty() and saved.is_empty():
            raise Undecided(f"none of {counted(rows.height, 'request')} met a serialization failure")
        because = (
            f"{counted(saved.height, 'request')} succeeded at a later attempt, {met.height:,} ended with a "
            f"serialization failure, {given_up.height:,} of them at the first attempt"
        )
        lines = [f"{row['what']}: {row['code']} at the first attempt" for row in given_up.head(SHOWN).rows(named=True)]
        return Finding(
            ruling=Ruling.BROKEN if given_up.height else Ruling.HELD,
            because=because,
            measured={
                "retried_with_success": saved.height,
                "ended_with_serialization_failure": met.height,
                "not_retried": given_up.height,
            },
            evidence=listed(lines, given_up.height),
        )

    return judged


def non_retryable_errors_are_not_retried() -> Check:
    """Who meets an error that will be the same next time does not try again: classes 22, 23 and 42 of SQLSTATE.

    Judged is what ended before a fault: under one a connection may be lost first, and rightly tried again, and only the
    last error is told. Undecided where nobody met one, and where the application does not tell its attempts.
    """

    @observation("non_retryable_errors_are_not_retried", objective="one attempt")
    def judged(history: History) -> Finding:
        met = _undisturbed(history, _attempts(history)).filter(pl.col("code").str.contains(NEVER))
        if met.is_empty():
            raise Undecided("nobody met an error of class 22, 23 or 42 while nothing was broken")
        again = met.filter(pl.col("attempts") > 1)
        codes = ", ".join(sorted(set(met["code"])))
        lines = [
            f"{row['what']}: {row['code']} after {row['attempts']} attempts"
            for row in again.head(SHOWN).rows(named=True)
        ]
        number = counted(met.height, "request")
        return Finding(
            ruling=Ruling.BROKEN if again.height else Ruling.HELD,
            because=f"{again.height:,} of {number} that ended with {codes} were tried again"
            if again.height
            else f"{number} ended with {codes}, each at the first attempt",
            measured={
                "non_retryable_errors": met.height,
                "retried": again.height,
                "most_attempts": int(met["attempts"].max() or 0),  # type: ignore[arg-type]  # Int32
            },
            evidence=listed(lines, again.height),
        )

    return judged


def _attempts(history: History) -> pl.DataFrame:
    """What was asked of the application: what, outcome, code, attempts, completed_ns.

    Transfers stand among the requests, too.
    """
    name, what = ("requests", "pattern") if "requests" in history.tables else ("transfers", "key")
    told = history.table(name).drop_nulls("attempts")
    if told.is_empty():
        raise Undecided("the application does not tell how often it tried")
    text = pl.col("outcome", "code").cast(pl.String)
    return told.select(text, "attempts", "completed_ns", what=pl.col(what).cast(pl.String))


def _undisturbed(history: History, told: pl.DataFrame) -> pl.DataFrame:
    """What ended before a fault was injected; all of it where none was."""
    injected_ns = history.only(Action.INJECT)["invoked_ns"].min()
    return told if injected_ns is None else told.filter(pl.col("completed_ns") < injected_ns)
