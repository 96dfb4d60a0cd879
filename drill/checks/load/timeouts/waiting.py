"""Who waited for a lock, from when to when: consecutive looks at the same session, put together.

    look              1      2      3      4      5
    session 4711      waits  waits  -      waits  waits      two waits, each of at least one interval

A wait that was seen from one look to a later one lasted at least as long as lies between them, and at most an
interval longer on either side. It ends where the session is not seen waiting, waits for a lock of another kind, or
has begun another statement: lock_timeout counts for each lock on its own. Who holds the lock, or stands before it in
the queue, may change meanwhile. Only a transaction that is waited for is a lock that nobody else can hold.
"""

import polars as pl

from drill.checks.load.sampled import looks, sessions
from drill.checks.load.stretches import Stretch
from drill.history import History

SAME_BEGIN_S = 0.1
"""A statement that began so much later than the one of the last look is another one."""

ONE_HOLDER = "transactionid"
"""The kind of lock that belongs to one session for ever: another holder is another lock."""


def waits(history: History, stretch: Stretch) -> pl.DataFrame:
    """One row a wait: instance, pid, application, query, from_ns, seen_s (at least), blocked_by."""
    grid = looks(history, stretch)
    rows = sessions(history, stretch).filter(pl.col("wait_type") == "Lock")
    begun = pl.col("at_ns") / 1e9 - pl.col("query_age_s")
    same = ["instance", "pid"]
    missed = pl.col("at_ns").diff().over(same) > 1.7 * grid.interval_ns
    another = begun.diff().over(same).abs() > SAME_BEGIN_S
    lock = pl.col("wait_event").cast(pl.String).fill_null("")
    known = pl.col("blocked_by").list.len().fill_null(0) > 0
    shared = pl.col("blocked_by").list.set_intersection(pl.col("blocked_before")).list.len() > 0
    others = (lock == ONE_HOLDER) & known & known.shift().over(same) & ~shared
    changed = (lock != lock.shift().over(same)) | others.fill_null(value=False)
    anew = (missed | another | changed).fill_null(value=True)
    return (
        rows.sort(*same, "at_ns")
        .with_columns(blocked_before=pl.col("blocked_by").shift().over(same))
        .with_columns(wait=anew.cum_sum().over(same))
        .group_by(*same, "wait", maintain_order=True)
        .agg(
            pl.col("application", "query", "blocked_by", "wait_event").first(),
            from_ns=pl.col("at_ns").min(),
            seen_s=(pl.col("at_ns").max() - pl.col("at_ns").min()) / 1e9,
        )
        .sort("seen_s", "from_ns", descending=[True, False])
    )
