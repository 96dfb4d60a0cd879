"""How long a request waits for a connection."""

import polars as pl

from drill.checks.load.arrivals import Arrivals, arrivals, percentile, telling
from drill.checks.load.connections.pool import NEVER_ANSWERED
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import allowed, counted, seconds
from drill.history import History
from drill.verdict import Check, Ruling


def waits_within(limit_s: float, *, slack_s: float = 0.25) -> Check:
    """No request waits longer than `limit_s` for a connection, over all its attempts, from injection on.

    A timer fires a little late: `slack_s` is for that. One that was never answered has waited all the time. Undecided
    where the application does not tell of nearly all.
    """

    @promise("waits_within", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        told = telling(
            _waiting(arrivals(history, Stretch.since(moments)).enough()), "waited_ns", "the wait for a connection"
        )
        longest_ns = int(told["waited_ns"].max() or 0)  # type: ignore[arg-type]  # Int64
        p95_ns = int(told.select(percentile("waited_ns", 95)).item())
        late = told.filter(told["waited_ns"] > (limit_s + slack_s) * SECOND_NS).sort("waited_ns", descending=True)
        because = f"the longest wait for a connection was {seconds(longest_ns)}, of {allowed(limit_s)} allowed"
        lines = [
            f"{row['pattern']}, due {moments.since_injection_s(row['due_ns']):.2f} s after injection: "
            f"waited {seconds(row['waited_ns'])}"
            for row in late.head(20).rows(named=True)
        ]
        return Finding(
            ruling=Ruling.BROKEN if late.height else Ruling.HELD,
            because=f"{counted(late.height, 'request')} waited too long: {because}" if late.height else because,
            measured={"longest_wait_s": longest_ns / SECOND_NS, "wait_p95_ms": p95_ns / 1e6, "late": late.height},
            evidence=tuple(lines),
        )

    return judged


def _waiting(found: Arrivals) -> Arrivals:
    """With the waits of those that were never answered: from when they were due until the load gave them up."""
    gone = pl.col("completed_ns").is_null() | (pl.col("code").cast(pl.String) == NEVER_ANSWERED).fill_null(value=False)
    until = pl.col("completed_ns").fill_null(pl.max_horizontal(pl.col("completed_ns").max(), pl.col("due_ns").max()))
    waited = pl.when(pl.col("waited_ns").is_null() & gone).then(until - pl.col("due_ns")).otherwise("waited_ns")
    return Arrivals(rows=found.rows.with_columns(waited_ns=waited), stretch=found.stretch)
