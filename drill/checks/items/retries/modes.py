"""boto3's retry modes side by side, under the same throttle: what each sends, and what comes of it.

A pattern says by its name which mode its client is in: "put-order (standard)". Both take turns under one load, so that
they meet the same database at the same time. Adaptive mode holds calls back by a rate that it measures itself (boto3
guide, "Retries"): it sends less, and makes its users wait.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from drill.checks.items.calls import sent
from drill.checks.load.arrivals import Arrivals, arrivals, figure, told_ms, told_pct
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import counted
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Figure, Ruling

MODES: Final = ("standard", "adaptive")

MOST: Final = 5
"""total_max_attempts of both clients: calls a request, the first one included."""

FEW = 5
"""Throttles that a mode must have met for anything to be said of it."""


def modes_side_by_side(most: int = MOST) -> Check:
    """In each mode a request sends `most` calls at most; what it costs and what comes of it stands side by side.

    Figures for each mode: calls a request, 95th percentile, and goodput: the share of requests answered OK. Which is
    better it does not judge: that depends on who waits. Undecided where a mode was not asked, or met no throttle.
    """

    @promise("modes_side_by_side", objective=f"{most} calls a request")
    def judged(history: History, moments: Moments) -> Finding:
        under = Stretch.under(history, moments)
        calls = sent(history)
        measured: dict[str, Figure] = {}
        lines, wrong = [], []
        for mode in MODES:
            seen = _asked(arrivals(history, under), mode)
            if not seen.number:
                raise Undecided(f'no request of a pattern "... ({mode})" was due during the fault')
            each = _each(calls, mode, under, seen.enough())
            beyond = each.filter(pl.col("calls") > most).height
            figures = _figures(each, seen)
            measured |= {f"{mode}_{name}": value for name, value in figures.items()}
            lines.append(_line(mode, each, seen))
            if beyond:
                wrong.append(f"{counted(beyond, 'request')} in {mode} mode sent more than {most} calls")
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join([*wrong, *lines]),
            measured=measured,
            evidence=tuple(lines),
        )

    return judged


def _asked(found: Arrivals, mode: str) -> Arrivals:
    return Arrivals(rows=found.rows.filter(_in(mode)), stretch=found.stretch)


def _each(calls: pl.DataFrame, mode: str, stretch: Stretch, seen: Arrivals) -> pl.DataFrame:
    """One row a request that began in the stretch: request, calls, throttles; `Undecided` without enough throttles."""
    each = (
        calls.filter(_in(mode))
        .drop_nulls("request")
        .group_by("request")
        .agg(
            first_ns=pl.col("sent_ns").min(),
            calls=pl.max_horizontal(pl.len().cast(pl.Int64), pl.col("attempt").max().cast(pl.Int64)),
            throttles=(pl.col("throttled") | pl.col("partial")).sum(),
        )
        .filter(pl.col("first_ns").is_between(stretch.from_ns, stretch.to_ns, closed="left"))
    )
    throttles = int(each["throttles"].sum())
    if throttles < FEW:
        raise Undecided(
            f"of {counted(seen.number, 'request')} in {mode} mode {throttles:,} calls were throttled, of {FEW} needed"
        )
    return each


def _figures(each: pl.DataFrame, seen: Arrivals) -> Mapping[str, Figure]:
    sent_calls, throttles = int(each["calls"].sum()), int(each["throttles"].sum())
    return {
        "calls_per_request": sent_calls / each.height,
        "most_calls": int(each["calls"].max() or 0),  # type: ignore[arg-type]  # Int64
        "p95_ms": figure(seen.latency_ms()),
        "p50_ms": figure(seen.latency_ms(50)),
        "goodput_pct": 100 * seen.ok_share,
        "throttled_pct": 100 * throttles / sent_calls,
    }


def _line(mode: str, each: pl.DataFrame, seen: Arrivals) -> str:
    rate = int(each["calls"].sum()) / each.height
    return (
        f"{mode}: {rate:.2f} calls a request, p95 {told_ms(seen.latency_ms())}, {told_pct(seen.ok_share)} of "
        f"{seen.number:,} requests answered OK"
    )


def _in(mode: str) -> pl.Expr:
    return pl.col("pattern").cast(pl.String).str.ends_with(f"({mode})").fill_null(value=False)
