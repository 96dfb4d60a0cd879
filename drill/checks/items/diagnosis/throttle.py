"""The control plane says no: a table or an index, or the account, is over what it may use."""

import polars as pl

from drill.checks.items.calls import CANCELED, sent
from drill.checks.items.diagnosis.reason import Diagnosis, Reason
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.history import History

FEW = 5
MORE = 3.0
"""So many throttled calls of a table, and so many times the share that was throttled before."""

SCORE = 0.75
"""Less than a hot partition or a scan, of which throttles are the consequence."""


def throttled(history: History, moments: Moments) -> list[Diagnosis]:
    """Each table of which a good many calls were refused for want of capacity, and for which limit."""
    before = {row["table"]: row["share"] for row in _each(sent(history, Stretch.steady(moments))).rows(named=True)}
    now = _each(sent(history, Stretch.during(history, moments)))
    return [
        Diagnosis(
            reason=Reason.THROTTLED,
            subject=row["table"],
            detail=f"{row['number']:,} calls to {row['table']} ({100 * row['share']:.1f} %) were throttled, "
            f"{100 * before.get(row['table'], 0.0):.1f} % before: {', '.join(row['limits'][:4]) or 'no reason told'}",
            score=SCORE,
        )
        for row in now.rows(named=True)
        if row["number"] >= FEW and row["share"] > MORE * before.get(row["table"], 0.0)
    ]


def _each(calls: pl.DataFrame) -> pl.DataFrame:
    """For each table: number of throttled calls, their share of all, and limits: the reasons, most frequent first."""
    named = pl.col("code") != CANCELED  # a transaction's reasons are codes, one for each of its items
    reasons = pl.col("reasons").filter(pl.col("throttled") & named).list.explode(keep_nulls=False, empty_as_null=False)
    return (
        calls.drop_nulls("table")
        .group_by("table")
        .agg(
            number=(pl.col("throttled") | pl.col("partial")).sum(),
            share=(pl.col("throttled") | pl.col("partial")).mean(),
            limits=reasons.drop_nulls().unique(maintain_order=True),
        )
        .sort("number", "table", descending=[True, False])
    )
