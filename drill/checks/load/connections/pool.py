"""Whether the application's pool keeps to its bounds, and gets back what it lends."""

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.words import counted
from drill.errors import Undecided
from drill.history import History
from drill.tables import typed_table
from drill.verdict import Check, Ruling

NEVER_ANSWERED = "never answered"
"""The code of a request that was still open when the load ended (drill/load/driver.py)."""


def pool_is_bounded() -> Check:
    """The pool never grows beyond its size, its queue has a bound and keeps to it, and no connection leaks from it.

    Leaked is what was taken under load and not given back when the last request was answered. One in use for each
    request that never was is none. Undecided where the application tells of no pool: then nothing bounds it that we
    know of.
    """

    @observation("pool_is_bounded", objective="size and queue bounded, no leak")
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
        leaked = _leaked(history)
        wrong = [fault for row in each.rows(named=True) for fault in _faults(row)] + _leaks(leaked)
        size, waiting = int(each["size"].sum()), int(each["waiting"].max() or 0)  # type: ignore[arg-type]  # Int32
        because = (
            f"at most {counted(size, 'connection')} were open and {waiting:,} requests waited, within their bounds"
        )
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join(wrong) or because,
            measured={
                "pool_connections": size,
                "pool_waiting": waiting,
                "pool_samples": pool.height,
                "leaked_connections": leaked.height,
            },
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


def _leaked(history: History) -> pl.DataFrame:
    """Checkouts under load that nobody ended, although whoever asked was answered; none where nobody told of any."""
    checkouts, requests = history.tables.get("checkouts"), history.tables.get("requests")
    if checkouts is None or requests is None or requests.is_empty():
        return typed_table("checkouts", [])
    began_ns = int(requests["due_ns"].min())  # type: ignore[arg-type]  # Int64
    out = checkouts.filter(pl.col("released_ns").is_null() & (pl.col("acquired_ns") >= began_ns))
    unanswered = requests.filter(pl.col("code").cast(pl.String) == NEVER_ANSWERED).height
    # Those that were taken last are the ones which a request that was never answered may have.
    return out.sort("acquired_ns").head(max(0, out.height - unanswered))


def _leaks(leaked: pl.DataFrame) -> list[str]:
    lost = leaked.group_by(pl.col("endpoint").cast(pl.String)).len().sort("endpoint")
    return [
        f"{counted(number, 'connection')} taken from pool {endpoint} never given back"
        for endpoint, number in lost.rows()
    ]
