"""Whether the application's pool keeps to its bounds."""

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.words import counted
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def pool_is_bounded() -> Check:
    """The pool never grows beyond its size, and its queue has a bound and keeps to it.

    Undecided where the application tells of no pool: then nothing bounds it that we know of.
    """

    @observation("pool_is_bounded", objective="size and queue bounded")
    def judged(history: History) -> Finding:
        pool = history.table("pool")
        if pool.is_empty():
            raise Undecided("the application tells of no pool")
        each = (
            pool.group_by(pl.col("endpoint").cast(pl.String))
            .agg(
                samples=pl.len(),
                size=pl.col("size").max(),
                max_size=pl.col("max_size").max(),
                waiting=pl.col("waiting").max(),
                max_waiting=pl.col("max_waiting").min(),
                beyond=(pl.col("size") > pl.col("max_size")).sum(),
                crowded=((pl.col("max_waiting") > 0) & (pl.col("waiting") > pl.col("max_waiting"))).sum(),
            )
            .sort("endpoint")
        )
        wrong = [fault for row in each.rows(named=True) for fault in _faults(row)]
        size, waiting = int(each["size"].sum()), int(each["waiting"].max() or 0)  # type: ignore[arg-type]  # Int32
        because = (
            f"at most {counted(size, 'connection')} were open and {waiting:,} requests waited, within their bounds"
        )
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join(wrong) or because,
            measured={"pool_connections": size, "pool_waiting": waiting, "pool_samples": pool.height},
            evidence=tuple(
                f"{row['endpoint']}: up to {row['size']} of {row['max_size']} connections, up to {row['waiting']} of "
                f"{row['max_waiting'] or 'any number of'} requests waiting"
                for row in each.rows(named=True)
            ),
        )

    return judged


def _faults(row: dict[str, int | str]) -> list[str]:
    where = f"pool {row['endpoint']}"
    found = []
    if row["beyond"]:
        found.append(f"{where} grew to {row['size']} connections, of {row['max_size']} allowed")
    if not row["max_waiting"]:
        found.append(f"the queue of {where} has no bound, and grew to {row['waiting']}")
    if row["crowded"]:
        found.append(f"{row['waiting']} requests waited for {where}, of {row['max_waiting']} allowed")
    return found
