"""Whether as much is answered under a fault as before it."""

import polars as pl

from drill.checks.load.arrivals import (
    Arrivals,
    arrivals,
    before_the_fault,
    figure,
    patience_s,
    told_ms,
    told_pct,
)
from drill.checks.load.patterns import neglected
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import causes
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

OFFERED = 0.8
"""A load that offers less than this share of its steady rate has fallen behind itself, and measures nothing."""

LIVELY = 0.9
"""Before the fault at least this share must have been answered, or there is no steady state to compare with."""


def throughput_keeps(share: float = 0.95) -> Check:
    """Of the requests due from injection until healing as many are answered OK in time as before, but for `share`.

    Counted are answers per arrival, so that a slow answer is not a lost one, but one that failed is, or came when
    nobody waited any more: later than a second, or than the pool's own timeout. So is every access pattern judged.
    It says nothing else of latency. Undecided where too few requests were due, and where the load itself offered less.
    """

    @promise("throughput_keeps", objective=f"{share:.0%} of steady throughput")
    def judged(history: History, moments: Moments) -> Finding:
        before = steady_arrivals(history, moments)
        now = offered(arrivals(history, Stretch.under(history, moments)).enough(), before)
        return compared(history, moments, now, before, share)

    return judged


def steady_arrivals(history: History, moments: Moments) -> Arrivals:
    """The requests of steady state; `Undecided` where that was none."""
    before = arrivals(history, Stretch.steady(moments)).enough()
    if before.ok_share < LIVELY:
        raise Undecided(
            f"before the fault only {told_pct(before.ok_share)} of the requests were answered OK "
            f"({causes(before.failed)}): there is nothing to compare with"
        )
    return before


def offered(now: Arrivals, before: Arrivals) -> Arrivals:
    """These; `Undecided` where the load offered less than in steady state."""
    if now.per_s < OFFERED * before.per_s:
        raise Undecided(
            f"the load itself offered {now.per_s:,.0f} requests/s {now.stretch.name} and {before.per_s:,.0f} before: "
            "it was slowed down, and measures nothing"
        )
    return now


def compared(history: History, moments: Moments, now: Arrivals, before: Arrivals, share: float) -> Finding:
    """Judge the answers in time per arrival of one stretch by those of steady state, together and by pattern."""
    if before.in_time_share < LIVELY:
        raise Undecided(
            f"before the fault only {told_pct(before.in_time_share)} of the requests were answered in time: "
            "there is nothing to compare with"
        )
    kept = now.in_time_share / before.in_time_share
    healed = moments.healed_ns is not None and now.stretch.from_ns >= moments.healed_ns
    wider = arrivals(history, Stretch.after(moments) if healed else Stretch.since(moments))
    short = neglected(now, wider, before_the_fault(history, moments.injected_ns), share)
    because = (
        f"{told_pct(now.in_time_share)} of {now.number:,} requests {now.stretch.name} were answered OK within "
        f"{patience_s(history):g} s, {told_pct(before.in_time_share)} before: {told_pct(kept)} of steady throughput, "
        f"of {share:.0%} wanted"
    )
    held = kept >= share and not short
    if not held:
        because = "; ".join([because, *short[:3], *_why(now)])
    late = now.ok_share - now.in_time_share
    return Finding(
        ruling=Ruling.HELD if held else Ruling.BROKEN,
        because=because,
        measured={
            "throughput_kept_pct": 100 * kept,
            "steady_answers_per_s": before.per_s * before.in_time_share,
            "answers_per_s": now.per_s * now.in_time_share,
            "arrivals_per_s": now.per_s,
            "failed_requests_pct": 100 * (1 - now.ok_share),
            "late_requests_pct": 100 * late,
            "p95_ms": figure(now.latency_ms()),
        },
        evidence=(*short, *_worst(now)),
    )


def _why(now: Arrivals) -> list[str]:
    """What became of those that were not answered OK in time."""
    late = now.rows.filter(pl.col("ok") & ~pl.col("in_time")).height
    return ([causes(now.failed)] if now.failed.height else []) + ([f"{late:,} x too late"] if late else [])


def _worst(now: Arrivals, most: int = 8) -> tuple[str, ...]:
    """Which patterns failed, and why."""
    if now.failed.is_empty():
        return ()
    counts = now.failed["pattern"].value_counts(sort=True).head(most)
    lines = [
        f"{pattern}: {number:,} not answered OK: {causes(now.failed.filter(now.failed['pattern'] == pattern))}"
        for pattern, number in counts.rows()
    ]
    return (*lines, f"p95 of all requests {now.stretch.name}: {told_ms(now.latency_ms())}")
