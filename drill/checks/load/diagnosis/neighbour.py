"""Somebody else takes the server's time."""

import polars as pl

from drill.checks.load.diagnosis.reason import Diagnosis, Reason
from drill.checks.load.sampled import looks, sessions, shortened
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.history import History

APPLICATION = "shop"
OURS = ("drill operator",)
MOST = 0.3
"""A share of the active time that is worth naming."""
MORE = 2.0
"""At least so many times as many active sessions a look as before the fault."""


def noisy_neighbour(history: History, moments: Moments) -> list[Diagnosis]:
    """Others than the application take a good share of the active time, and took little before.

    Active is a session that runs and waits for nobody's lock; its share of all looks is its share of the time, as in
    the active session history of other databases.
    """
    during, before = Stretch.during(history, moments), Stretch.steady(moments)
    rate = {stretch.name: _each(history, stretch) for stretch in (before, during)}
    now, then = rate[during.name], rate[before.name]
    total = float(now["a_look"].sum())
    if not total:
        return []
    usual = dict(then.group_by("application").agg(pl.col("a_look").sum()).rows())
    found = []
    for application, a_look in now.group_by("application").agg(pl.col("a_look").sum()).rows():
        share = a_look / total
        if application.startswith((APPLICATION, *OURS)) or share < MOST or a_look < MORE * usual.get(application, 0):
            continue
        query = now.filter(pl.col("application") == application).sort("a_look", descending=True)["query"][0]
        found.append(
            Diagnosis(
                reason=Reason.NOISY_NEIGHBOUR,
                subject=application,
                detail=f"{application} takes {100 * share:.0f} % of the active time, {a_look:.1f} sessions at a time "
                f"({usual.get(application, 0):.1f} before), in: {shortened(query)}",
                score=0.85 * share,
            )
        )
    return found


def _each(history: History, stretch: Stretch) -> pl.DataFrame:
    """For each application and query, how many active sessions there were a look: application, query, a_look."""
    number = looks(history, stretch).number
    lock = (pl.col("wait_type") == "Lock").fill_null(value=False)
    active = sessions(history, stretch).filter((pl.col("state") == "active") & ~lock)
    names = pl.col("application", "query").cast(pl.String).fill_null("unnamed")
    return active.group_by(names).agg(a_look=pl.len() / number)
