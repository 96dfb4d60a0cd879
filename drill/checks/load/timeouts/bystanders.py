"""Whether those that the fault does not hit by itself stay fast."""

from collections.abc import Iterable

import polars as pl

from drill.checks.load.arrivals import Arrivals, arrivals, figure, pattern_lines, told_ms, told_pct
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, causes, listed
from drill.history import History
from drill.verdict import Check, Ruling


def others_stay_fast(limit_ms: float = 10.0, *, affected: Iterable[str] = ()) -> Check:
    """While the fault lasts, 95 % of the requests of all patterns but those `affected` are answered in `limit_ms`.

    One that fails is not fast. Judged are all others together; each stands in the evidence. Undecided where too few
    were due.
    """
    hit = sorted(affected)

    @promise("others_stay_fast", objective=f"p95 within {limit_ms:g} ms")
    def judged(history: History, moments: Moments) -> Finding:
        others = _others(arrivals(history, Stretch.during(history, moments)), hit).enough()
        before = _others(arrivals(history, Stretch.steady(moments)), hit)
        p95_ms = others.latency_ms()
        because = (
            f"p95 of {others.number:,} requests of other patterns was {told_ms(p95_ms)} during the fault, of "
            f"{limit_ms:g} ms allowed, {told_ms(before.latency_ms())} before"
        )
        if others.failed.height:
            because += f"; {told_pct(1 - others.ok_share)} not answered OK: {causes(others.failed)}"
        lines = pattern_lines(others.rows)
        return Finding(
            ruling=Ruling.HELD if p95_ms <= limit_ms else Ruling.BROKEN,
            because=because,
            measured={
                "p95_ms": figure(p95_ms),
                "steady_p95_ms": figure(before.latency_ms()),
                "failed_requests_pct": 100 * (1 - others.ok_share),
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def _others(found: Arrivals, affected: list[str]) -> Arrivals:
    rows = found.rows.filter(~pl.col("pattern").cast(pl.String).is_in(affected))
    return Arrivals(rows=rows, stretch=found.stretch)
