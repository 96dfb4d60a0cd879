"""Every round trip takes longer: the network, and not the server."""

import polars as pl

from drill.checks.load.arrivals import Arrivals, arrivals, percentile
from drill.checks.load.diagnosis.reason import Diagnosis, Reason
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.history import History

LEAST_MS = 3.0
FASTEST = 10
"""The percentile that is compared: who was served at once. A busy server is slow on average, and fast at its best."""
FEW = 10
"""A pattern with fewer requests is left out: the fastest tenth of them would be one."""


def network(history: History, moments: Moments) -> list[Diagnosis]:
    """Even the fastest requests of every pattern are slower than before, by some milliseconds at least.

    Time spent waiting for a connection is left out. Patterns of several statements are slower by several round trips;
    the delay of one is about that of the pattern that is slowed down least.
    """
    before = _floor(arrivals(history, Stretch.steady(moments)).enough())
    now = _floor(arrivals(history, Stretch.during(history, moments)).enough())
    both = now.join(before, on="pattern", suffix="_before").with_columns(
        more_ms=pl.col("floor_ms") - pl.col("floor_ms_before")
    )
    if both.height < 2 or float(both["more_ms"].min() or 0) < LEAST_MS:  # type: ignore[arg-type]  # Float64
        return []
    least = both.sort("more_ms").row(0, named=True)
    delay_ms = least["more_ms"]
    return [
        Diagnosis(
            reason=Reason.NETWORK,
            subject="every request",
            detail=f"even the fastest requests of all {both.height} patterns take at least {delay_ms:.1f} ms longer "
            f"({least['pattern']}: {least['floor_ms']:.1f} ms, {least['floor_ms_before']:.1f} ms before)",
            score=0.7,
        )
    ]


def _floor(found: Arrivals) -> pl.DataFrame:
    """For each pattern the latency of the fastest requests in ms, without their waiting for a connection."""
    served_ms = pl.col("latency_ms") - pl.col("waited_ns").fill_null(0) / 1e6
    return (
        found.rows.filter("ok")
        .with_columns(served_ms=served_ms)
        .group_by(pl.col("pattern").cast(pl.String))
        .agg(number=pl.len(), floor_ms=percentile("served_ms", FASTEST))
        .filter(pl.col("number") >= FEW)
    )
