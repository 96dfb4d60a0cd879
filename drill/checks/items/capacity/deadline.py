"""Whether users get an answer in time while the database refuses, be it yes or no."""

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from drill.checks.items.calls import hindered
from drill.checks.items.patience import deadline_of, told_deadline
from drill.checks.load.arrivals import ANSWERED, Arrivals, arrivals, before_the_fault, told_pct
from drill.checks.load.connections.throughput import offered, steady_arrivals
from drill.checks.load.patterns import neglected
from drill.checks.load.stretches import Stretch
from drill.checks.load.timeouts.deadlines import SLACK_S
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, causes, listed, seconds
from drill.history import History
from drill.verdict import Check, Ruling


def served_within_deadline(
    share: float = 0.95, *, within_s: float | None = None, affected: Collection[str] = ()
) -> Check:
    """Each request due while the fault lasts ends by its deadline, and `share` of what is usual end OK by then.

    By its deadline: so long after it was due (`within_s`, or as the application was told), and half a second that a
    busy machine may need to say so. Every access pattern is judged for itself, too. Those that the fault hits by itself
    (`affected`) may be refused, but must be told in time. Undecided where the application's calls hardly met the fault,
    where the load offered less than before, and where before the fault there was no steady state.
    """
    hit = frozenset(affected)

    @promise("served_within_deadline", objective=f"{share:.0%} served by {told_deadline(within_s)}, all told")
    def judged(history: History, moments: Moments) -> Finding:
        hindered(history, moments)
        deadline_s = deadline_of(history, within_s)
        before = _served(steady_arrivals(history, moments), deadline_s)
        now = _served(offered(arrivals(history, Stretch.under(history, moments)).enough(), before), deadline_s)
        wider = _served(arrivals(history, Stretch.since(moments)), deadline_s)
        usual = _served(before_the_fault(history, moments.injected_ns), deadline_s)
        late = now.rows.filter(_late(deadline_s))
        now, wider, before, usual = (_without(each, hit) for each in (now, wider, before, usual))
        served, ordinary = _share(now.enough()), _share(before.enough())
        short = neglected(now, wider, usual, share, good="served")
        because = (
            f"{told_pct(served)} of {now.number:,} requests {now.stretch.name} were served within {deadline_s:g} s, "
            f"{told_pct(ordinary)} before"
        )
        wrong = [f"{late.height:,} ended later, or never"] if late.height else []
        if served < share * ordinary:
            wrong.append(f"{share:.0%} of that wanted: {causes(now.failed)}")
        lines = [
            f"{row['pattern']}: {_told(row['completed_ns'], row['due_ns'])}, {row['outcome']}"
            for row in late.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=Ruling.BROKEN if wrong or short else Ruling.HELD,
            because="; ".join([because, *wrong, *short[:3]]),
            measured={
                "served_pct": 100 * served,
                "steady_served_pct": 100 * ordinary,
                "late_requests": late.height,
                "failed_requests_pct": 100 * (1 - now.ok_share),
            },
            evidence=(*short, *listed(lines, late.height)),
        )

    return judged


def _served(found: Arrivals, deadline_s: float) -> Arrivals:
    """The same, with `served`: answered OK by the deadline."""
    return replace(found, rows=found.rows.with_columns(served=ANSWERED & ~_late(deadline_s, slack_s=0.0)))


def _without(found: Arrivals, hit: frozenset[str]) -> Arrivals:
    return replace(found, rows=found.rows.filter(~pl.col("pattern").cast(pl.String).is_in(hit).fill_null(value=False)))


def _late(deadline_s: float, *, slack_s: float = SLACK_S) -> pl.Expr:
    took_ns = pl.col("completed_ns") - pl.col("due_ns")
    return (took_ns > (deadline_s + slack_s) * SECOND_NS).fill_null(value=True)


def _share(found: Arrivals) -> float:
    return int(found.rows["served"].sum()) / max(1, found.number)


def _told(completed_ns: int | None, due_ns: int) -> str:
    return "never ended" if completed_ns is None else f"ended after {seconds(completed_ns - due_ns)}"
