"""Who is the writer: by its own word, and by the writes that it acknowledged.

An instance that is not in recovery is a writer, whatever others say of it: it answers `observe` with 1.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from drill.checks.moments import Moments, acknowledged, calls
from drill.checks.outages import SILENCE_NS
from drill.history import WRITER_ENDPOINT, Action, History, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """An instance that was out of recovery for good, and the first answer that said so."""

    server: str
    since_ns: int


def for_good(answers: pl.DataFrame, agrees: pl.Expr) -> dict[str, Any] | None:
    """Find the answer from which on all agree; None if the last one does not, or if there is none."""
    contrary = answers.select(agrees.fill_null(value=False).not_().arg_true().max()).item()
    index = 0 if contrary is None else contrary + 1
    return answers.row(index, named=True) if index < answers.height else None


def writers(history: History) -> list[Writer]:
    """Find the instances that last answered that they are not in recovery; the one promoted last comes last."""
    answers = history.only(Action.OBSERVE, outcome=Outcome.OK)
    found = (for_good(answers.filter(pl.col("server") == one), pl.col("value") == 1) for one in _servers(answers))
    since = [Writer(server=row["server"], since_ns=row["completed_ns"]) for row in found if row is not None]
    return sorted(since, key=lambda writer: writer.since_ns)


def is_heard(history: History, server: str) -> bool:
    """Whether an instance answered until the watchers stopped asking, give or take its last answer."""
    asked = history.only(Action.OBSERVE)
    answered = asked.filter(pl.col("outcome") == str(Outcome.OK), pl.col("server") == server)
    if answered.is_empty():
        return False
    heard_ns = int(answered["completed_ns"][-1])
    in_vain = asked.filter(pl.col("endpoint") == server, pl.col("invoked_ns") > heard_ns)
    return in_vain.height <= 1 and heard_ns >= int(asked["invoked_ns"][-1]) - SILENCE_NS


def new_writer(history: History, moments: Moments) -> str | None:
    """Find the instance that took over: it acknowledged the last write, or the control plane named it last.

    None if the writer never changed.
    """
    writes = acknowledged(calls(history, Action.WRITE, endpoint=WRITER_ENDPOINT))
    last = writes.select(pl.col("server").get(pl.col("completed_ns").arg_max(), null_on_oob=True)).collect()
    announced = history.only(Action.ANNOUNCE, outcome=Outcome.OK)
    candidates = (*last["server"], *announced["server"].tail(1))
    return next((server for server in candidates if server not in (None, moments.old_writer)), None)


def _servers(answers: pl.DataFrame) -> list[str]:
    return [str(server) for server in answers["server"].drop_nulls().unique(maintain_order=True)]
