"""When the application is as it was before, for good.

    healing |bad|bad|ok|ok|bad|ok|ok|ok|...      a window is bad where too few were answered, or too slowly
             -------                             steady again: here; the later bad window is jitter

Where 200 requests a second are due, a stall of 25 ms spoils the 95th percentile of a window of half a second. A bad
window that comes later is jitter, therefore, unless three follow each other, or half of its requests were affected.
"""

from dataclasses import dataclass
from itertools import groupby

import polars as pl

from drill.checks.load.arrivals import Arrivals, arrivals, figure, slower_allowed, told_ms, told_pct
from drill.checks.load.connections.throughput import steady_arrivals
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, listed, seconds
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

WINDOW_NS = SECOND_NS // 2
PER_WINDOW = 40
"""Windows are longer where fewer requests than this would be due in one."""
LEAST = 10
RELAPSE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """What was answered after healing, window by window: number, affected, bad; `bar_ms` is what was too slow."""

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


def steady_again_within(limit_s: float = 5.0, *, objective_ms: float = 10.0, share: float = 0.95) -> Check:
    """Within `limit_s` of healing, and for good, answers come as often and about as fast as before the fault.

    As often: `share` of steady throughput. As fast: a 95th percentile within `objective_ms`, or twice that of steady
    state where that is more. Undecided where the load ended too early to tell.
    """

    @promise("steady_again_within", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        before = steady_arrivals(history, moments)
        after = arrivals(history, Stretch.after(moments)).enough()
        found = windows(after, before, objective_ms=objective_ms, share=share)
        took_ns, watched_ns = found.settled * found.window_ns, found.rows.height * found.window_ns
        bad = found.rows.filter("bad")
        lines = [
            f"{seconds(row['window'] * found.window_ns)} after healing: {row['affected']:,} of {row['number']:,} "
            f"requests not answered OK within {told_ms(found.bar_ms)}"
            for row in bad.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=_ruled(took_ns, watched_ns, found.window_ns, limit_s),
            because=_because(took_ns, watched_ns, limit_s),
            measured={
                "steady_again_s": None if took_ns == watched_ns else took_ns / SECOND_NS,
                "window_s": found.window_ns / SECOND_NS,
                "steady_p95_ms": figure(before.latency_ms()),
                "p95_bar_ms": found.bar_ms,
            },
            evidence=(
                f"before the fault: p95 {told_ms(before.latency_ms())}, {told_pct(before.ok_share)} answered OK",
                *listed(lines, bad.height),
            ),
        )

    return judged


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


def _ruled(took_ns: int, watched_ns: int, window_ns: int, limit_s: float) -> Ruling:
    """It settled somewhere in the last bad window: held where its end is in time, broken where its start is not."""
    limit_ns = limit_s * SECOND_NS
    if took_ns - window_ns >= limit_ns:
        return Ruling.BROKEN
    calm_ns = watched_ns - took_ns
    settled = calm_ns >= min(2 * window_ns, watched_ns)
    return Ruling.HELD if took_ns <= limit_ns and settled else Ruling.UNDECIDED


def _because(took_ns: int, watched_ns: int, limit_s: float) -> str:
    limit = f"{allowed(limit_s)} allowed"
    if took_ns == watched_ns:
        return f"the application was not steady again when the load ended, {seconds(watched_ns)} after healing, {limit}"
    if not took_ns:
        return f"the application was steady at once after healing, {limit}"
    return f"the application was steady again {seconds(took_ns)} after healing, of {limit}"
