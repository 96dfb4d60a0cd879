"""When the application is as it was before, for good.

    healing |bad|bad|ok|ok|bad|ok|ok|ok|...      a window is bad where too few were answered, or too slowly
    begins   -------                             steady again: here; the later bad window is jitter

A bad window alone that comes later is jitter: see windows.py.

The clock starts when healing begins: who opened a valve is not done before the water runs. Where healing itself takes
longer than the limit, what comes after it can still break the promise, but that it held cannot be said.
"""

from drill.checks.load.arrivals import (
    Arrivals,
    arrivals,
    before_the_fault,
    figure,
    told_ms,
    told_pct,
)
from drill.checks.load.connections.throughput import steady_arrivals
from drill.checks.load.connections.windows import Windows, windows
from drill.checks.load.patterns import neglected
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, listed, seconds
from drill.history import History
from drill.verdict import Check, Ruling

WATCHED_S = 3.0
"""For at least so long after healing requests must be due, or for as long as the limit is: or nobody saw it last."""


def steady_again_within(limit_s: float = 5.0, *, objective_ms: float = 10.0, share: float = 0.95) -> Check:
    """Within `limit_s` of when healing began, and for good, answers come as often and about as fast as before.

    As often: `share` of steady throughput, of each pattern, too. As fast: a 95th percentile within `objective_ms`, or
    twice that of steady state where that is more. Undecided where the load ended too early to tell, and where healing
    itself took longer.
    """

    @promise("steady_again_within", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        before = steady_arrivals(history, moments)
        since = arrivals(history, Stretch.since_healing(history)).enough()
        healing_ns = Stretch.after(moments).from_ns - since.stretch.from_ns
        found = windows(since, before, objective_ms=objective_ms, share=share)
        took_ns, watched_ns = found.settled * found.window_ns, found.rows.height * found.window_ns
        ruling, because = _ruled(found, healing_ns, limit_s)
        short = [] if ruling is Ruling.BROKEN else _left_out(history, moments, since, took_ns, share)
        if short:
            ruling = Ruling.BROKEN if watched_ns > limit_s * SECOND_NS else Ruling.UNDECIDED
            because = "; ".join([because, "yet not of every pattern", *short[:3]])
        bad = found.rows.filter("bad")
        lines = [
            f"{seconds(row['window'] * found.window_ns)} after healing began: {row['affected']:,} of "
            f"{row['number']:,} requests not answered OK within {told_ms(found.bar_ms)}"
            for row in bad.head(SHOWN).rows(named=True)
        ]
        never = took_ns == watched_ns or found.relapsed or bool(short)
        return Finding(
            ruling=ruling,
            because=because,
            measured={
                "steady_again_s": None if never else took_ns / SECOND_NS,
                "healing_s": healing_ns / SECOND_NS,
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


def _left_out(history: History, moments: Moments, since: Arrivals, took_ns: int, share: float) -> list[str]:
    """The patterns that were not answered as often as before, although all together were."""
    stretch = Stretch(name="since then", from_ns=since.stretch.from_ns + took_ns, to_ns=since.stretch.to_ns)
    rest = arrivals(history, stretch)
    return neglected(rest, rest, before_the_fault(history, moments.injected_ns), share)


def _ruled(found: Windows, healing_ns: int, limit_s: float) -> tuple[Ruling, str]:
    """It settled somewhere in the last bad window: held where its end is in time, broken where its start is not."""
    took_ns, watched_ns = found.settled * found.window_ns, found.rows.height * found.window_ns
    limit_ns = round(limit_s * SECOND_NS)
    because = _because(took_ns, watched_ns, limit_s)
    last_bad_ns = took_ns - found.window_ns
    if last_bad_ns >= limit_ns:
        if healing_ns > limit_ns and last_bad_ns < healing_ns + limit_ns:
            return Ruling.UNDECIDED, f"healing itself took {seconds(healing_ns)}, longer than the limit; {because}"
        return Ruling.BROKEN, because
    if found.relapsed:
        number, affected = found.affected_since
        relapse = f"{affected:,} of {number:,} requests since then were not answered OK within {told_ms(found.bar_ms)}"
        ruling = Ruling.BROKEN if watched_ns > limit_ns else Ruling.UNDECIDED
        return ruling, f"{because}; yet {relapse}: it was not for good"
    if watched_ns < healing_ns + min(limit_ns, round(WATCHED_S * SECOND_NS)) - found.window_ns:
        late = f"the load ended {seconds(max(0, watched_ns - healing_ns))} after healing, too early to tell"
        return Ruling.UNDECIDED, f"{late}; {because}"
    settled = watched_ns - took_ns >= min(2 * found.window_ns, watched_ns)
    return (Ruling.HELD if took_ns <= limit_ns and settled else Ruling.UNDECIDED), because


def _because(took_ns: int, watched_ns: int, limit_s: float) -> str:
    limit = f"{allowed(limit_s)} allowed"
    if took_ns == watched_ns:
        return (
            f"the application was not steady again when the load ended, {seconds(watched_ns)} after healing began, "
            f"{limit}"
        )
    if not took_ns:
        return f"the application was steady as soon as healing began, {limit}"
    return f"the application was steady again {seconds(took_ns)} after healing began, of {limit}"
