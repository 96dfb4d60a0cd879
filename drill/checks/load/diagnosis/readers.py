"""A reader shows too little: it lags, or it is down."""

import polars as pl

from drill.checks.load.diagnosis.reason import Diagnosis, Reason
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.errors import Undecided
from drill.history import History

LAGGING_MS = 1000.0
LASTING = 3
"""So many looks in a row, and it is no hiccup."""


def reader_trouble(history: History, moments: Moments) -> list[Diagnosis]:
    """Each reader that was seen to lag or to be down while the fault lasted, and was neither before."""
    during = states(history, Stretch.during(history, moments))
    try:
        before = states(history, Stretch.steady(moments))
        already = dict(zip(before["instance"], before["reason"], strict=True))
    except Undecided:
        already = {}
    found = []
    for row in during.drop_nulls("reason").rows(named=True):
        down = row["reason"] == str(Reason.READER_DOWN)
        if already.get(row["instance"]) == row["reason"]:
            continue
        detail = "does not answer" if down else f"lags {row['lag_ms'] / 1000:.2f} s, and answers"
        found.append(
            Diagnosis(
                reason=Reason.READER_DOWN if down else Reason.LAGGING_READER,
                subject=row["instance"],
                detail=f"reader {row['instance']} {detail}",
                score=0.95 if down else 0.9,
            )
        )
    return found


def states(history: History, stretch: Stretch, *, limit_ms: float = LAGGING_MS) -> pl.DataFrame:
    """One row a reader: instance, looks, answered (share), lag_ms (worst), reason (None: it is well).

    Down is one that did not answer three looks in a row, in the end or for most of them; lagging one that answered, and
    was behind by more than `limit_ms` three looks in a row. `Undecided` where no reader was looked at.
    """
    rows = stretch.of(history.table("lags"), "at_ns").sort("instance", "at_ns")
    if rows.is_empty():
        raise Undecided(f"no reader was looked at {stretch.name}")
    answers = pl.col("answers").fill_null(value=False)
    behind = answers & (pl.col("lag_ms").fill_null(0.0) > limit_ms)
    each = rows.with_columns(pl.col("instance").cast(pl.String), silent=~answers, behind=behind)
    lasting = [
        pl.col(name).cast(pl.Int8).rolling_min(LASTING).over("instance").alias(f"{name}_lasts") for name in STATES
    ]
    return (
        each.with_columns(lasting)
        .group_by("instance")
        .agg(
            looks=pl.len(),
            answered=answers.mean(),
            lag_ms=pl.col("lag_ms").max().fill_null(0.0),
            down=(pl.col("silent_lasts").max() == 1) & (pl.col("silent").last() | (answers.mean() < 0.5)),
            lags=pl.col("behind_lasts").max() == 1,
        )
        .with_columns(
            reason=pl.when(pl.col("down").fill_null(value=False))
            .then(pl.lit(str(Reason.READER_DOWN)))
            .when(pl.col("lags").fill_null(value=False))
            .then(pl.lit(str(Reason.LAGGING_READER)))
        )
        .sort("instance")
    )


STATES = ("silent", "behind")
