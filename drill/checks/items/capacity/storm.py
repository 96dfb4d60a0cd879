"""Whether clients that were held up fall upon the database when it is back.

Compared are calls per request due, so that a load that grows is no storm: what was put off comes on top of what is due.
"""

import polars as pl

from drill.checks.items.calls import COVERED, covered, sent
from drill.checks.load.arrivals import CHANCE, arrivals
from drill.checks.load.connections.steady_again import WATCHED_S
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, listed, seconds
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

WINDOW_NS = SECOND_NS // 2

LEAST = 10
"""Requests due in a window; with fewer of them calls per request are chance."""


def no_storm_afterwards(limit_s: float = 5.0, *, factor: float = 1.5, most: float = 4.0) -> Check:
    """Within `limit_s` of healing, and for good, a request costs no more than `factor` times as many calls as before.

    Chance is allowed for: three standard deviations of a window's calls. Undecided where the load ended too early to
    tell, where it paused, and where the application sent nearly nothing any more: silence is no peace.
    """

    @promise("no_storm_afterwards", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        covered(history)
        steady, after = Stretch.steady(moments), Stretch.after(moments)
        usual = sent(history, steady).height / arrivals(history, steady).enough().number
        rows = _windows(history, after)
        stormy = rows["number"] * usual * factor + CHANCE * (rows["number"] * usual * factor).sqrt() < rows["calls"]
        rows = rows.with_columns(storm=stormy)
        watched_ns = rows.height * WINDOW_NS
        total, due = int(rows["calls"].sum()), int(rows["number"].sum())
        if total < COVERED * usual * due / factor:
            raise Undecided(
                f"after healing {total / due:.2f} calls a request were sent, {usual:.2f} before: it stopped"
            )
        worst = rows.sort(pl.col("calls") / pl.col("number"), descending=True).row(0, named=True)
        peak = worst["calls"] / worst["number"] / usual
        bad = rows.filter("storm")
        until_ns = 0 if bad.is_empty() else (int(bad["window"].max()) + 1) * WINDOW_NS  # type: ignore[arg-type]
        because = (
            f"up to {peak:.2f} times as many calls a request as before were sent after healing, of {factor:g} allowed"
            + (f"; the last such window ended {seconds(until_ns)} after it, of {allowed(limit_s)}" if until_ns else "")
        )
        lines = [
            f"{seconds(row['window'] * WINDOW_NS)} after healing: {row['calls']:,} calls for {row['number']:,} requests"
            for row in bad.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=Ruling.BROKEN
            if peak > most and bad.height
            else _ruled(until_ns, watched_ns, round(limit_s * SECOND_NS)),
            because=because,
            measured={
                "steady_calls_per_request": usual,
                "calls_per_request_afterwards": total / due,
                "peak_factor": peak,
                "storm_s": until_ns / SECOND_NS,
            },
            evidence=listed(lines, bad.height),
        )

    return judged


def _ruled(until_ns: int, watched_ns: int, limit_ns: int) -> Ruling:
    """Broken by a window that begins after the limit; held where it was watched for long enough, and is over."""
    if until_ns - WINDOW_NS >= limit_ns:
        return Ruling.BROKEN
    long_enough = watched_ns >= min(limit_ns, round(WATCHED_S * SECOND_NS)) - WINDOW_NS
    over = until_ns < watched_ns or not until_ns
    return Ruling.HELD if long_enough and over and until_ns <= limit_ns else Ruling.UNDECIDED


def _windows(history: History, after: Stretch) -> pl.DataFrame:
    """For each whole window after healing while requests were due: window, number (of them), calls."""
    place = (pl.col("at_ns") - after.from_ns) // WINDOW_NS
    due = arrivals(history, after).enough().rows.select(at_ns="due_ns")
    last = (int(due["at_ns"].max()) - after.from_ns) // WINDOW_NS  # type: ignore[arg-type]  # Int64
    every = pl.DataFrame({"window": range(last)}, schema={"window": pl.Int64})  # the last one is not complete
    calls = sent(history, after).select(at_ns="sent_ns").group_by(window=place).agg(calls=pl.len())
    number = due.group_by(window=place).agg(number=pl.len())
    rows = every.join(number, on="window", how="left").join(calls, on="window", how="left").fill_null(0).sort("window")
    if rows.is_empty():
        raise Undecided(f"the load ended less than {seconds(WINDOW_NS)} after healing")
    if int(rows["number"].min() or 0) < LEAST:  # type: ignore[arg-type]  # UInt32
        raise Undecided("the load itself paused after healing: too few requests were due")
    return rows
