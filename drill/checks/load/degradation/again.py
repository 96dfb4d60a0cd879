"""Whether it is as fast, and as much is answered, as before, once the fault is healed."""

import polars as pl

from drill.checks.load.arrivals import (
    Arrivals,
    arrivals,
    before_the_fault,
    figure,
    pattern_lines,
    told_ms,
    told_pct,
)
from drill.checks.load.connections.throughput import compared, offered, steady_arrivals
from drill.checks.load.patterns import neglected
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, causes, listed, seconds
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

LAST_NS = 3 * SECOND_NS
"""What is judged is the end of the run: by then everything has settled, or never will."""

SERVED = 0.95
"""Of each pattern's requests the share that must be answered OK, of what was usual before the fault."""

LATE_NS = SECOND_NS // 4
"""A load of few requests a second ends a little before the moment at which it was stopped."""


def fast_again(limit_ms: float = 10.0) -> Check:
    """In the last three seconds after healing 95 % of all requests are answered within `limit_ms`.

    One that fails is not fast, and no pattern may fail among the others. It does not say how soon. Undecided where too
    few requests were due, or none later than three seconds after healing.
    """

    @promise("fast_again", objective=f"p95 within {limit_ms:g} ms")
    def judged(history: History, moments: Moments) -> Finding:
        last = _last(history, moments)
        before = arrivals(history, Stretch.steady(moments))
        worst = arrivals(history, Stretch.under(history, moments))
        p95_ms = last.latency_ms()
        because = (
            f"p95 was {told_ms(p95_ms)} {last.stretch.name}, of {limit_ms:g} ms allowed; "
            f"{told_ms(before.latency_ms())} before the fault, {told_ms(worst.latency_ms())} during it"
        )
        if last.failed.height:
            because += f"; {told_pct(1 - last.ok_share)} not answered OK: {causes(last.failed)}"
        usual = before_the_fault(history, moments.injected_ns)
        short = neglected(last, arrivals(history, Stretch.after(moments)), usual, SERVED, good="ok")
        because = "; ".join([because, *short[:3]])
        lines = pattern_lines(last.rows)
        return Finding(
            ruling=Ruling.HELD if p95_ms <= limit_ms and not short else Ruling.BROKEN,
            because=because,
            measured={
                "p95_ms": figure(p95_ms),
                "steady_p95_ms": figure(before.latency_ms()),
                "degraded_p95_ms": figure(worst.latency_ms()),
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def throughput_returns(share: float = 0.9) -> Check:
    """In the last three seconds after healing as much is answered in time as before, of all and of each pattern.

    As much: `share` of it. Undecided where too few requests were due, or none later than three seconds after healing.
    """

    @promise("throughput_returns", objective=f"{share:.0%} of steady throughput")
    def judged(history: History, moments: Moments) -> Finding:
        before = steady_arrivals(history, moments)
        return compared(history, moments, offered(_last(history, moments), before), before, share)

    return judged


def _last(history: History, moments: Moments) -> Arrivals:
    after = Stretch.after(moments)
    due = after.of(history.table("requests"), "due_ns").select(pl.col("due_ns").max()).item()
    if due is None:
        raise Undecided("no request was due after healing")
    if due < after.from_ns + LAST_NS - LATE_NS:
        raise Undecided(
            f"the last request was due {seconds(due - after.from_ns)} after healing, of {seconds(LAST_NS)} needed"
        )
    from_ns = max(after.from_ns, int(due) - LAST_NS)
    stretch = Stretch(name="in the end", from_ns=from_ns, to_ns=int(due) + 1)
    return arrivals(history, stretch).enough()
