"""Whether as much is answered under a fault as before it."""

from drill.checks.load.arrivals import Arrivals, arrivals, figure, told_ms, told_pct
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
    """Of the requests due under the fault as many are answered OK as before it, but for `share`.

    Counted are answers per arrival, so that a slow answer is not a lost one, but one that failed or never came is.
    It says nothing of latency. Undecided where too few requests were due, and where the load itself offered less.
    """

    @promise("throughput_keeps", objective=f"{share:.0%} of steady throughput")
    def judged(history: History, moments: Moments) -> Finding:
        before = steady_arrivals(history, moments)
        now = offered(arrivals(history, Stretch.during(history, moments)).enough(), before)
        return compared(now, before, share)

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


def compared(now: Arrivals, before: Arrivals, share: float) -> Finding:
    """Judge the answers per arrival of one stretch by those of steady state."""
    kept = now.ok_share / before.ok_share
    held = kept >= share
    because = (
        f"{told_pct(now.ok_share)} of {now.number:,} requests {now.stretch.name} were answered OK, "
        f"{told_pct(before.ok_share)} before: {told_pct(kept)} of steady throughput, of {share:.0%} wanted"
    )
    return Finding(
        ruling=Ruling.HELD if held else Ruling.BROKEN,
        because=because if held else f"{because}; {causes(now.failed)}",
        measured={
            "throughput_kept_pct": 100 * kept,
            "steady_answers_per_s": before.per_s * before.ok_share,
            "answers_per_s": now.per_s * now.ok_share,
            "arrivals_per_s": now.per_s,
            "failed_requests_pct": 100 * (1 - now.ok_share),
            "p95_ms": figure(now.latency_ms()),
        },
        evidence=_worst(now),
    )


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
