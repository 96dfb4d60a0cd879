"""What the service itself does: it answers late, not at all, cuts connections, or errs.

answered, later than before            slow
given up by the client's own timeout   silent
connection gone without an answer      dropped
status 500 or more                     server error
"""

from typing import Any

import polars as pl

from drill.checks.items.calls import sent, slow_ms
from drill.checks.items.diagnosis.reason import Diagnosis, Reason
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.history import History

TIMED_OUT = ("ReadTimeoutError", "ConnectTimeoutError")
"""Exceptions of botocore by which a client gives up."""

LONG_MS = 1000.0
"""Who waited so long for an answer, and then lost the connection, met silence: a fault that ends cuts what it held."""

FEW = 5
"""So many calls, and it is no accident."""

MORE = 3.0
"""And so many times as often as before."""

SCORES = {Reason.SILENT: 0.8, Reason.CUT: 0.8, Reason.FAILING: 0.8, Reason.SLOW: 0.6}
"""What is slow may be so for many reasons; silence and errors speak for themselves."""


WORDS = {
    Reason.SLOW: "were answered late",
    Reason.SILENT: "were not answered",
    Reason.CUT: "lost their connection",
    Reason.FAILING: "met an error of the server",
}


def service_trouble(history: History, moments: Moments) -> list[Diagnosis]:
    """Each way in which calls were hindered that was much more frequent under the fault than before.

    The most frequent way has the whole of its score, others their part of that. Throttles are no trouble of the
    service's own.
    """
    found = hindrances(history, moments)
    most = int(found["calls"].max() or 0)  # type: ignore[arg-type]  # UInt32
    return [
        Diagnosis(
            reason=Reason(row["kind"]),
            subject="every call",
            detail=told(row),
            score=SCORES[Reason(row["kind"])] * row["calls"] / most,
        )
        for row in found.rows(named=True)
    ]


def hindrances(history: History, moments: Moments) -> pl.DataFrame:
    """One row a way in which calls were hindered during the fault, and much more often than before; most calls first.

    Columns kind, calls, share (of all calls), usual (that share before).
    """
    steady, during = sent(history, Stretch.steady(moments)), sent(history, Stretch.during(history, moments))
    bar_ms = slow_ms(steady)
    before = _counted(steady, bar_ms).select("kind", usual="share")
    return (
        _counted(during, bar_ms)
        .join(before, on="kind", how="left")
        .with_columns(pl.col("usual").fill_null(0.0))
        .filter((pl.col("calls") >= FEW) & (pl.col("share") > MORE * pl.col("usual")))
        .sort("calls", "kind", descending=[True, False])
    )


def told(row: dict[str, Any]) -> str:
    """A row of `hindrances` in words."""
    return (
        f"{row['calls']:,} calls ({100 * row['share']:.1f} %) {WORDS[Reason(row['kind'])]}, "
        f"{100 * row['usual']:.1f} % before"
    )


def _counted(calls: pl.DataFrame, bar_ms: float) -> pl.DataFrame:
    code = pl.col("code").fill_null("")
    kind = (
        pl.when(pl.col("throttled"))
        .then(None)
        .when(pl.col("unanswered") & (code.is_in(TIMED_OUT) | (code == "") | (pl.col("took_ms") > LONG_MS)))
        .then(pl.lit(str(Reason.SILENT)))
        .when("unanswered")
        .then(pl.lit(str(Reason.CUT)))
        .when(pl.col("status") >= 500)
        .then(pl.lit(str(Reason.FAILING)))
        .when(pl.col("took_ms") > bar_ms)
        .then(pl.lit(str(Reason.SLOW)))
    )
    return (
        calls.with_columns(kind=kind)
        .drop_nulls("kind")
        .group_by("kind")
        .agg(calls=pl.len())
        .with_columns(share=pl.col("calls") / max(1, calls.height))
        .sort("calls", "kind", descending=[True, False])
    )
