"""How many of the executions are served by indexes, by the plans and by the server's own counters."""

import polars as pl

from drill.checks.load.access.served import LARGE_ROWS, require_plans, steady_plans, unserved
from drill.checks.load.access.sizes import is_large, rows_by_table
from drill.checks.load.arrivals import ANSWERED, told_pct
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

AGREE_WITHIN = 0.1


def index_utilisation(minimum: float = 0.9, *, large_rows: int = LARGE_ROWS) -> Check:
    """More than `minimum` of the statements that the load executed find their rows by an index.

    Each pattern's statements count as often as it was answered OK; one that reads a large table from end to end is not
    served. The server's counters of large tables tell the same in another way (index scans over all scans, since the
    first reading); undecided where the two disagree by more than ten points, where the server counted nothing of all
    that was acknowledged, without requests, and without the plan of a pattern that was asked for.
    """

    @observation("index_utilisation", objective=f"more than {minimum:.0%}")
    def judged(history: History) -> Finding:
        plans = steady_plans(history)
        wrong = unserved(history, plans, large_rows)
        bare = {(each.plan.pattern, each.plan.statement) for each in wrong}
        read = {(each.plan.pattern, each.plan.statement) for each in wrong if each.scan.is_sequential}
        answered = history.table("requests").filter(ANSWERED)
        counts = dict(answered.group_by(pl.col("pattern").cast(pl.String)).len().rows())
        total = sum(counts.get(each.pattern, 0) for each in plans)
        if not total:
            raise Undecided("no request of a pattern with a plan was answered")
        missed = sum(counts.get(pattern, 0) for pattern, _ in bare)
        share = 1 - missed / total
        counter = by_counters(history, large_rows, total)
        # To the server's counters an index that is gone through from end to end is an index scan like any other.
        by_plans = 1 - sum(counts.get(pattern, 0) for pattern, _ in read) / total
        if counter is not None and abs(counter - by_plans) > AGREE_WITHIN:
            raise Undecided(
                f"by the plans {told_pct(by_plans)} of the executions go through an index, by the server's counters "
                f"{told_pct(counter)}: the two disagree"
            )
        if share > minimum:
            require_plans(history, plans)
        beside = (
            "; the server counted no scan of a large table" if counter is None else f"; {told_pct(counter)} counted"
        )
        lines = [
            f"{pattern}, statement {number}: {counts.get(pattern, 0):,} times not" for pattern, number in sorted(bare)
        ]
        return Finding(
            ruling=Ruling.HELD if share > minimum else Ruling.BROKEN,
            because=f"{told_pct(share)} of {counted(total, 'execution')} were served by an index{beside}",
            measured={
                "index_utilisation_pct": 100 * share,
                "counted_index_utilisation_pct": None if counter is None else 100 * counter,
                "executions": total,
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def by_counters(history: History, large_rows: int, executions: int) -> float | None:
    """Index scans over all scans of large tables, from the first reading to the last; None where none were counted.

    `Undecided` where large tables were counted, and nothing was added while so many `executions` were acknowledged:
    either the counters are wrong, or the application only says that it did them.
    """
    rows = history.tables.get("counters")
    if rows is None:
        return None
    sizes = rows_by_table(history)
    large = [name for name in sizes if is_large(sizes, name, large_rows)]
    scans = rows.filter(
        pl.col("index").is_null()
        & pl.col("name").is_in(["seq_scan", "idx_scan"])
        & pl.col("relation").cast(pl.String).is_in(large)
    )
    more = (
        scans.drop_nulls("value")
        .sort("at_ns")
        .group_by("relation", "instance", pl.col("name").cast(pl.String))
        .agg(more=pl.col("value").last() - pl.col("value").first())
        .group_by("name")
        .agg(pl.col("more").sum())
    )
    counts = dict(more.rows())
    total = counts.get("seq_scan", 0.0) + counts.get("idx_scan", 0.0)
    if counts and total <= 0:
        raise Undecided(
            f"{counted(executions, 'execution')} were acknowledged, and the server counted no scan of a large table"
        )
    return counts.get("idx_scan", 0.0) / total if total > 0 else None
