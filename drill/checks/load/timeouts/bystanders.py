"""Whether those that the fault does not hit by itself stay fast.

All of them together are held to the objective. So is each pattern, lest a rare one drown among many others; but some
are slower than others by nature, and of few requests more are slow by chance. A pattern breaks the promise, therefore,
only where more than one in twenty of its requests, and three standard deviations, needed longer than the objective and
than twice its own 95th percentile before the fault; and only if it had twenty requests.
"""

from collections.abc import Iterable
from math import isfinite

import polars as pl

from drill.checks.load.arrivals import (
    ENOUGH,
    Arrivals,
    arrivals,
    before_the_fault,
    by_chance,
    by_pattern,
    figure,
    pattern_lines,
    told_ms,
    told_pct,
)
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, causes, listed
from drill.history import History
from drill.verdict import Check, Ruling

SLOW = 0.05


def others_stay_fast(limit_ms: float = 10.0, *, affected: Iterable[str] = ()) -> Check:
    """From injection until healing, 95 % of the requests of all patterns but those `affected` need `limit_ms` at most.

    One that fails is not fast. Judged are all others together, and each by itself where it had enough requests; of one
    that had too few it says nothing. Undecided where too few were due.
    """
    hit = sorted(affected)

    @promise("others_stay_fast", objective=f"p95 within {limit_ms:g} ms")
    def judged(history: History, moments: Moments) -> Finding:
        others = _others(arrivals(history, Stretch.under(history, moments)), hit).enough()
        before = _others(arrivals(history, Stretch.steady(moments)), hit)
        p95_ms = others.latency_ms()
        because = (
            f"p95 of {others.number:,} requests of other patterns was {told_ms(p95_ms)} during the fault, of "
            f"{limit_ms:g} ms allowed, {told_ms(before.latency_ms())} before"
        )
        if others.failed.height:
            because += f"; {told_pct(1 - others.ok_share)} not answered OK: {causes(others.failed)}"
        slow = _slow(history, moments, others, limit_ms)
        because = "; ".join([because, *slow[:3]])
        lines = pattern_lines(others.rows)
        return Finding(
            ruling=Ruling.HELD if p95_ms <= limit_ms and not slow else Ruling.BROKEN,
            because=because,
            measured={
                "p95_ms": figure(p95_ms),
                "steady_p95_ms": figure(before.latency_ms()),
                "failed_requests_pct": 100 * (1 - others.ok_share),
                "slow_patterns": len(slow),
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def _others(found: Arrivals, affected: list[str]) -> Arrivals:
    rows = found.rows.filter(~pl.col("pattern").cast(pl.String).is_in(affected))
    return Arrivals(rows=rows, stretch=found.stretch)


def _slow(history: History, moments: Moments, others: Arrivals, limit_ms: float) -> list[str]:
    """A line for each pattern that is slow by itself."""
    before = before_the_fault(history, moments.injected_ns)
    usual_ms = {
        row["pattern"]: row["p_ms"] for row in by_pattern(before.rows).rows(named=True) if isfinite(row["p_ms"])
    }
    found = []
    for (pattern,), rows in others.rows.group_by(pl.col("pattern").cast(pl.String), maintain_order=True):
        bar_ms = max(limit_ms, 2 * usual_ms.get(pattern, 0.0))
        beyond = int((rows["latency_ms"] > bar_ms).sum())
        if rows.height >= ENOUGH and beyond > by_chance(rows.height, SLOW):
            found.append(
                (-beyond / rows.height, f"{pattern}: {beyond:,} of {rows.height:,} not within {told_ms(bar_ms)}")
            )
    return [line for _, line in sorted(found)]
