"""Whether replication has caught up once the region is back."""

from __future__ import annotations

import polars as pl

from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import allowed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

METRIC = "ReplicationLatency"
DIRECTION = ("subject", "region", "detail")
"""Which table, from where to where."""
STATISTICS = ("Maximum", "Average")
"""The worst of a period, where it is told."""


def replication_catches_up_within(limit_s: float) -> Check:
    """The last that CloudWatch tells of ReplicationLatency after healing is below the limit, in each direction.

    In milliseconds, from a write in one region to its arrival in the other (Developer Guide, DynamoDB metrics and
    dimensions). Undecided where nothing was told after healing, or nothing of a direction that had been told before.
    """

    @promise("replication_catches_up_within", objective=f"below {allowed(limit_s)}")
    def judged(history: History, moments: Moments) -> Finding:
        if moments.healed_ns is None:
            raise Undecided("the fault was never healed")
        text = ("name", "subject", "detail", "region", "statistic")
        told = history.table("metrics").with_columns(pl.col(*text).cast(pl.String))
        # A period that began before healing tells of the time before it, too.
        begun_ns = pl.col("at_ns") - (pl.col("period_s") * 1e9).cast(pl.Int64)
        every = told.filter(pl.col("name") == METRIC)
        own = every.filter(begun_ns >= moments.healed_ns)
        statistic = next((each for each in STATISTICS if (own["statistic"] == each).any()), None)
        if statistic is None:
            raise Undecided(f"CloudWatch told no {METRIC} after healing")
        last = (
            own.filter(pl.col("statistic") == statistic)
            .sort("at_ns")
            .group_by(DIRECTION)
            .agg(pl.col("at_ns").last(), pl.col("value").last(), worst=pl.col("value").max())
            .sort(DIRECTION)
        )
        behind = last.filter(pl.col("value") > 1000 * limit_s)
        back = every.select("subject", region="detail", detail="region")
        expected = pl.concat([every.select(DIRECTION), back.select(DIRECTION)]).unique()
        unheard = expected.join(own, on=DIRECTION, how="anti").sort(DIRECTION)
        if unheard.height and behind.is_empty():
            table, here, there = unheard.row(0)
            raise Undecided(f"CloudWatch told no {METRIC} of {table} from {here} to {there} after healing")
        lines = [
            f"{row['subject']}, {row['region']} to {row['detail']}: {row['value']:,.0f} ms at last, "
            f"{row['worst']:,.0f} ms at worst after healing"
            for row in last.rows(named=True)
        ]
        slowest = float(last["value"].max())  # type: ignore[arg-type]  # Float64
        return Finding(
            ruling=Ruling.BROKEN if behind.height else Ruling.HELD,
            because=f"replication takes {slowest:,.0f} ms at the end"
            + (f", in {behind.height} of {last.height} directions too long" if behind.height else ""),
            measured={"replication_latency_ms": slowest},
            evidence=tuple(lines),
        )

    return judged
