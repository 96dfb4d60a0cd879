"""Who waited for a lock, from when to when: consecutive looks at the same session, put together.

    look              1      2      3      4      5
    session 4711      waits  waits  -      waits  waits      two waits, each of at least one interval

A wait that was seen from one look to a later one lasted at least as long as lies between them, and at most an
interval longer on either side. It ends where the session is not seen waiting, waits for another lock or another
holder, or has begun another statement: lock_timeout counts for each lock on its own.
"""

import polars as pl

from drill.checks.load.sampled import looks, sessions
from drill.checks.load.stretches import Stretch
from drill.history import History

SAME_BEGIN_S = 0.1
"""A statement that began so much later than the one of the last look is another one."""


def waits(history: History, stretch: Stretch) -> pl.DataFrame:
    """One row a wait: instance, pid, application, query, from_ns, seen_s (at least), blocked_by."""
    grid = looks(history, stretch)
    rows = sessions(history, stretch).filter(pl.col("wait_type") == "Lock")
    begun = pl.col("at_ns") / 1e9 - pl.col("query_age_s")
    same = ["instance", "pid"]
    missed = pl.col("at_ns").diff().over(same) > 1.7 * grid.interval_ns
    another = begun.diff().over(same).abs() > SAME_BEGIN_S
    lock = pl.col("wait_event").cast(pl.String).fill_null("")
    holders = pl.col("blocked_by").list.sort().list.eval(pl.element().cast(pl.String)).list.join(",").fill_null("")
    changed = (lock != lock.shift().over(same)) | (holders != holders.shift().over(same))
    anew = (missed | another | changed).fill_null(value=True)
    return (
        rows.sort(*same, "at_ns")
        .with_columns(wait=anew.cum_sum().over(same))
        .group_by(*same, "wait", maintain_order=True)
        .agg(
            pl.col("application", "query", "blocked_by", "wait_event").first(),
            from_ns=pl.col("at_ns").min(),
            seen_s=(pl.col("at_ns").max() - pl.col("at_ns").min()) / 1e9,
        )
        .sort("seen_s", "from_ns", descending=[True, False])
    )
