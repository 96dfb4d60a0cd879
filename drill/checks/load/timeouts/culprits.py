"""What the fault's own slow clients asked for, and how that ended."""

import polars as pl

from drill.checks.load.sampled import belongs
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.history import Action, History

CULPRIT = ("culprit",)
"""How the names of their clients begin."""

APPLICATION = ("drill culprit",)
"""And of their connections, as the server sees them."""


def culprits(history: History, moments: Moments) -> pl.DataFrame:
    """Their statements since injection that had ended before healing began; `took_s` is how long each took."""
    others = [str(action) for action in (Action.CONNECT, Action.INJECT, Action.CONFIRM, Action.COMPLETE, Action.HEAL)]
    during = Stretch.during(history, moments)
    asked = history.operations.filter(belongs(CULPRIT, "client") & ~pl.col("action").is_in(others))
    ended = asked.filter((pl.col("invoked_ns") >= moments.injected_ns) & (pl.col("completed_ns") <= during.to_ns))
    return ended.with_columns(took_s=(pl.col("completed_ns") - pl.col("invoked_ns")) / SECOND_NS)


def ended_with(history: History, moments: Moments, code: str, *, least_s: float = 0.0) -> int:
    """How many statements of culprits, and requests of the application, ended with that SQLSTATE since injection.

    Those alone that took `least_s` or longer: what is refused at once (NOWAIT) has not waited.
    """
    requests = history.tables.get("requests")
    told = 0
    if requests is not None:
        since = Stretch.since(moments).of(requests, "due_ns")
        took_s = (pl.col("completed_ns") - pl.col("begun_ns")) / SECOND_NS
        told = since.filter((pl.col("code") == code) & (took_s >= least_s)).height
    return told + culprits(history, moments).filter((pl.col("code") == code) & (pl.col("took_s") >= least_s)).height
