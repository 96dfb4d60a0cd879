"""What was answered, window by window, and since when no more of it is bad than jitter explains.

Where 200 requests a second are due, a stall of 25 ms spoils the 95th percentile of a window of half a second. A bad
window that comes later is jitter, therefore, unless three follow each other, or half of its requests were affected. And
of all requests since it was steady no more than one in twenty may be affected, but for chance: jitter is rare.
"""

from dataclasses import dataclass
from itertools import groupby

import polars as pl

from drill.checks.load.arrivals import Arrivals, by_chance, slower_allowed
from drill.checks.moments import SECOND_NS
from drill.checks.words import seconds
from drill.errors import Undecided

WINDOW_NS = SECOND_NS // 2
PER_WINDOW = 40
"""Windows are longer where fewer requests than this would be due in one."""
LEAST = 10
RELAPSE = 3
AFFECTED = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """What was answered since healing began, window by window: number, affected, bad; `bar_ms` is what was too slow."""

    rows: pl.DataFrame
    window_ns: int
    bar_ms: float

    @property
    def settled(self) -> int:
        """How many windows passed until it was steady for good; all of them where it never was."""
        ends, place = 0, 0
        for bad, run in groupby(self.rows.rows(named=True), key=lambda row: row["bad"]):
            windows = list(run)
            affected = sum(row["affected"] for row in windows) / max(1, sum(row["number"] for row in windows))
            relapse = not place or len(windows) >= RELAPSE or affected > 0.5
            place += len(windows)
            ends = place if bad and relapse else ends
        return ends

    @property
    def affected_since(self) -> tuple[int, int]:
        """Of how many requests since it was steady how many were not answered OK, or too slowly."""
        rest = self.rows.tail(self.rows.height - self.settled)
        return int(rest["number"].sum()), int(rest["affected"].sum())

    @property
    def relapsed(self) -> bool:
        """Whether more of them were affected than jitter can explain, although no window in itself says so."""
        number, affected = self.affected_since
        return affected > by_chance(number, AFFECTED)


def windows(after: Arrivals, before: Arrivals, *, objective_ms: float, share: float) -> Windows:
    """Cut the time since healing into windows, and judge each; `Undecided` where the load left one nearly empty."""
    window_ns = max(WINDOW_NS, round(PER_WINDOW * SECOND_NS / before.per_s))
    bar_ms = max(objective_ms, 2 * before.latency_ms())
    ok, slow = pl.col("ok"), pl.col("latency_ms") > bar_ms
    place = (pl.col("due_ns") - after.stretch.from_ns) // window_ns
    last = (int(after.rows["due_ns"].max()) - after.stretch.from_ns) // window_ns  # type: ignore[arg-type]  # Int64
    counted = after.rows.group_by(window=place).agg(number=pl.len(), ok=ok.sum(), affected=slow.sum())
    every = pl.DataFrame({"window": range(last)}, schema={"window": pl.Int64})  # the last one is not complete
    rows = every.join(counted, on="window", how="left").fill_null(0).sort("window")
    if rows.is_empty():
        raise Undecided(f"the load ended less than {seconds(window_ns)} after healing")
    if int(rows["number"].min() or 0) < LEAST:  # type: ignore[arg-type]  # UInt32
        raise Undecided("the load itself paused after healing: too few requests were due")
    allowed_slow = slower_allowed(pl.col("number").cast(pl.Int64))
    bad = (pl.col("ok") < share * before.ok_share * pl.col("number")) | (pl.col("affected") > allowed_slow)
    return Windows(rows=rows.with_columns(bad=bad), window_ns=window_ns, bar_ms=bar_ms)
