"""The application's requests by the moment at which each was due, and what is said of many of them.

Latency counts from when a request was due, so that a stall is never hidden. One that was never answered OK has no
end: its latency is infinite, so that who fails at once is not taken for fast. A percentile is that of the nearest
rank: of 100 requests the 95th percentile is the 95th, and 5 may be slower.
"""

from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import TypeVar

import polars as pl

from drill.checks.load.stated import timeout_s
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS
from drill.errors import Undecided
from drill.history import History

ENOUGH = 20
"""With fewer requests a 95th percentile is the slowest of all, and says nothing."""

WARM_UP_NS = SECOND_NS
"""The first second of a load: pools fill, caches warm, plans are made."""

PATIENCE_S = 1.0
"""Who waits for longer than a second has lost the thread, and calls it down (Nielsen's second limit)."""

CHANCE = 3.0
"""Standard deviations: by so much chance makes one of few requests more, once in several hundred times."""

TOLD = 0.99
"""What at least this share of the requests must tell before anything rests on it."""

ANSWERED = (pl.col("outcome") == "ok").fill_null(value=False) & pl.col("completed_ns").is_not_null()
LATENCY_MS = pl.when(ANSWERED).then((pl.col("completed_ns") - pl.col("due_ns")) / 1e6).otherwise(inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Requests that were due in one stretch; the columns of `requests`, and `ok`, `latency_ms` and `in_time`.

    In time is what was answered OK while its user still waited; see `patience_s`.
    """

    rows: pl.DataFrame
    stretch: Stretch

    @property
    def number(self) -> int:
        """How many were due."""
        return self.rows.height

    @property
    def ok_share(self) -> float:
        """Of those due, the share that was answered OK, however late."""
        return int(self.rows["ok"].sum()) / max(1, self.number)

    @property
    def in_time_share(self) -> float:
        """Of those due, the share that was answered OK in time."""
        return int(self.rows["in_time"].sum()) / max(1, self.number)

    @property
    def per_s(self) -> float:
        """How many were due a second, from the first to the last of them."""
        due = self.rows["due_ns"]
        span_ns = int(due.max()) - int(due.min()) if self.number > 1 else 0  # type: ignore[arg-type]  # Int64
        return (self.number - 1) * SECOND_NS / span_ns if span_ns else 0.0

    @property
    def failed(self) -> pl.DataFrame:
        """Those that were not answered OK."""
        return self.rows.filter(~pl.col("ok"))

    def latency_ms(self, percent: int = 95) -> float:
        """That percentile; infinite where more were not answered."""
        return float(self.rows.select(percentile("latency_ms", percent)).item() if self.number else inf)

    def enough(self, least: int = ENOUGH) -> "Arrivals":
        """These; `Undecided` where there are too few to say anything."""
        if self.number < least:
            raise Undecided(f"only {self.number} requests were due {self.stretch.name}, of {least} needed")
        return self


def percentile(column: str, percent: int) -> pl.Expr:
    """The value of the nearest rank, in whole numbers, so that no rounding moves it."""
    return pl.col(column).sort().get((pl.len().cast(pl.Int64) * percent + 99) // 100 - 1)


Number = TypeVar("Number", int, pl.Expr)


def slower_allowed(number: Number, percent: int = 95) -> Number:
    """Of so many requests, how many may be slower than what the percentile is to be."""
    return number - (number * percent + 99) // 100


def by_chance(number: int, share: float) -> float:
    """Of so many requests, how many may fail where each does with that probability; the fewer, the more by chance."""
    return number * share + CHANCE * sqrt(number * share * (1 - share))


def patience_s(history: History) -> float:
    """How long a user waits: `PATIENCE_S`, or as long as the pool may make it wait for a connection."""
    return max(PATIENCE_S, timeout_s(history, "pool_timeout") or 0.0)


def arrivals(history: History, stretch: Stretch) -> Arrivals:
    """The requests due in a stretch."""
    in_time = ANSWERED & LATENCY_MS.is_between(-inf, 1000 * patience_s(history))
    due = stretch.of(history.table("requests"), "due_ns")
    return Arrivals(rows=due.with_columns(ok=ANSWERED, latency_ms=LATENCY_MS, in_time=in_time), stretch=stretch)


def before_the_fault(history: History, injected_ns: int) -> Arrivals:
    """All requests before injection but those of the load's first second: more than steady state has, of the rare."""
    first_ns = history.table("requests")["due_ns"].min()
    from_ns = injected_ns if first_ns is None else int(first_ns) + WARM_UP_NS  # type: ignore[arg-type]  # Int64
    return arrivals(history, Stretch(name="before the fault", from_ns=from_ns, to_ns=injected_ns))


def telling(found: Arrivals, column: str, what: str) -> pl.DataFrame:
    """The requests that tell what that column holds; `Undecided` without nearly all: the others may be the worst."""
    rows = found.rows.drop_nulls(column)
    if rows.height < TOLD * found.number or rows.is_empty():
        raise Undecided(
            f"the application tells {what} of {rows.height:,} of {found.number:,} requests {found.stretch.name}, of "
            f"{TOLD:.0%} needed"
        )
    return rows


def whole_load(history: History) -> Arrivals:
    """All requests but those of the load's first second."""
    due = history.table("requests")["due_ns"]
    if due.is_empty():
        raise Undecided("no request was due")
    first_ns, last_ns = int(due.min()), int(due.max())  # type: ignore[arg-type]  # Int64
    stretch = Stretch(name="under load", from_ns=first_ns + WARM_UP_NS, to_ns=last_ns + 1)
    return arrivals(history, stretch)


def figure(latency_ms: float) -> float | None:
    """As `measured` wants it: what has no end was not measured."""
    return latency_ms if isfinite(latency_ms) else None


def told_ms(latency_ms: float) -> str:
    """As a sentence wants it: `8.3 ms`."""
    return f"{latency_ms:,.1f} ms" if isfinite(latency_ms) else "without end (too many were not answered)"


def told_pct(share: float) -> str:
    """A share in a sentence, with as many digits as tell it from all and nothing: `98.7 %`."""
    return f"{100 * share:.1f} %"


def by_pattern(rows: pl.DataFrame, percent: int = 95) -> pl.DataFrame:
    """For each pattern: number, failed, p_ms (that percentile); the slowest first."""
    return (
        rows.group_by(pl.col("pattern").cast(pl.String))
        .agg(number=pl.len(), failed=(~pl.col("ok")).sum(), p_ms=percentile("latency_ms", percent))
        .sort("p_ms", "pattern", descending=[True, False])
    )


def pattern_lines(rows: pl.DataFrame) -> list[str]:
    """A line a pattern, the slowest first."""
    return [
        f"{row['pattern']}: p95 {told_ms(row['p_ms'])} of {row['number']:,} requests, {row['failed']:,} not answered OK"
        for row in by_pattern(rows).rows(named=True)
    ]
