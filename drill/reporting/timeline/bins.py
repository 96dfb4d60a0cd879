"""A history cut into some hundred slices of time, so that millions of operations become a few lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from drill.history import READER_ENDPOINT, WRITER_ENDPOINT, Action, Outcome

if TYPE_CHECKING:
    from drill.history import History

MOST_BINS = 400
_STEPS_S = tuple(factor * 10.0**power for power in range(-3, 5) for factor in (1.0, 2.0, 2.5, 5.0))
_CALLS = tuple(str(each) for each in (Action.CONNECT, Action.WRITE, Action.READ))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bins:
    """What happened in each slice of `step_s`; slice n spans [n, n + 1) steps after `zero_ns`.

    rates      action, bin, per_s: acknowledged; a row for every slice of the run, silent ones included,
               but not for one at either end of which the run covers less than half
    latencies  action, bin, p50_ms, p95_ms, p99_ms: of acknowledged operations; no row where there was none
    errors     cause, outcome, bin, count: failed and unknown connects, writes and reads
    stalls     bin, stalled_s: how long the probes' own loop stood still
    """

    zero_ns: int
    injected: bool
    healed_s: float | None
    step_s: float
    first: int
    last: int
    rates: pl.DataFrame
    latencies: pl.DataFrame
    errors: pl.DataFrame
    stalls: pl.DataFrame

    @property
    def start_s(self) -> float:
        """Where the first slice begins."""
        return self.first * self.step_s

    @property
    def end_s(self) -> float:
        """Where the last slice ends."""
        return (self.last + 1) * self.step_s


def cut(history: History) -> Bins:
    """Cut what applications would see: operations through the cluster's endpoints, by when each was answered.

    Probes pinned to single instances are left out, since a reader refuses their writes all the time; a
    history without any operation through an endpoint is taken whole. Zero is the injection, so that no
    slice mixes before and after; without one, the first operation.
    """
    table = history.operations
    calls = table.filter(pl.col("action").is_in(_CALLS))
    through = calls.filter((pl.col("endpoint") == WRITER_ENDPOINT) | (pl.col("endpoint") == READER_ENDPOINT))
    calls = through if through.height else calls
    injected = _moment(history.only(Action.INJECT, outcome=Outcome.OK)["invoked_ns"].min())
    healed = _moment(history.only(Action.HEAL, outcome=Outcome.OK)["completed_ns"].max())
    starts = (_moment(calls["invoked_ns"].min()), injected, healed)
    ends = (_moment(calls["completed_ns"].max()), injected, healed)
    start = min((each for each in starts if each is not None), default=0)
    end = max((each for each in ends if each is not None), default=start)
    zero = start if injected is None else injected
    asked_last = _moment(calls["invoked_ns"].max()) or end  # later answers do not tell of throughput
    step_s = _step_s((end - start) / 1e9)
    step_ns = round(step_s * 1e9)
    first, last = (start - zero) // step_ns, (end - zero) // step_ns

    slot = ((pl.col("completed_ns") - zero) // step_ns).alias("bin")
    placed = calls.select("action", "outcome", "cause", "invoked_ns", "completed_ns", slot)
    answered = placed.filter((pl.col("outcome") == str(Outcome.OK)) & (pl.col("action") != str(Action.CONNECT)))
    grouped = answered.group_by("action", "bin").agg(
        pl.len().alias("count"),
        _latency_ms(0.5).alias("p50_ms"),
        _latency_ms(0.95).alias("p95_ms"),
        _latency_ms(0.99).alias("p99_ms"),
    )
    every = answered.select(pl.col("action").unique()).join(
        pl.DataFrame({"bin": pl.int_range(first, last + 1, eager=True)}), how="cross"
    )
    left_ns = pl.max_horizontal(pl.col("bin") * step_ns + zero, start)
    right_ns = pl.min_horizontal((pl.col("bin") + 1) * step_ns + zero, asked_last)
    seen_s = (right_ns - left_ns) / 1e9
    return Bins(
        zero_ns=zero,
        injected=injected is not None,
        healed_s=None if healed is None else (healed - zero) / 1e9,
        step_s=step_s,
        first=first,
        last=last,
        rates=every.filter(seen_s >= step_s / 2)
        .join(grouped, on=["action", "bin"], how="left")
        .select("action", "bin", (pl.col("count").fill_null(0) / seen_s).alias("per_s"))
        .sort("action", "bin"),
        latencies=grouped.select("action", "bin", "p50_ms", "p95_ms", "p99_ms").sort("action", "bin"),
        errors=placed.filter(pl.col("outcome") != str(Outcome.OK))
        .group_by(pl.col("cause").cast(pl.String).fill_null("other"), "outcome", "bin")
        .agg(pl.len().alias("count"))
        .sort("cause", "outcome", "bin"),
        stalls=history.only(Action.STALL)
        .group_by(((pl.col("invoked_ns") - zero) // step_ns).alias("bin"))
        .agg(((pl.col("completed_ns") - pl.col("invoked_ns")).sum() / 1e9).alias("stalled_s"))
        .filter(pl.col("bin").is_between(first, last))
        .sort("bin"),
    )


def _latency_ms(quantile: float) -> pl.Expr:
    """Nearest rank from above: with few operations in a slice, the 99th percentile is the slowest of them."""
    return (pl.col("completed_ns") - pl.col("invoked_ns")).quantile(quantile, interpolation="higher") / 1e6


def _step_s(span_s: float) -> float:
    return next((step for step in _STEPS_S if span_s / step <= MOST_BINS), _STEPS_S[-1])


def _moment(value: object) -> int | None:
    return value if isinstance(value, int) else None
