"""How figures are put into sentences that somebody with a pager can read."""

from collections.abc import Sequence

import polars as pl

from drill.checks.moments import SECOND_NS

SHOWN = 20
"""How many single findings stand as evidence; the rest is counted."""


def seconds(duration_ns: float) -> str:
    """Two decimals, as stopwatches show: `2.84 s`."""
    return f"{duration_ns / SECOND_NS:.2f} s"


def milliseconds(duration_ns: float) -> float:
    """Convert to ms, as `measured` wants it."""
    return duration_ns / 1_000_000


def allowed(limit_s: float) -> str:
    """Put an objective into words: `60 s`."""
    return f"{limit_s:g} s"


def counted(number: int, noun: str) -> str:
    """Join a number and its noun: `1 write`, `1,204 writes`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def causes(operations: pl.DataFrame, *, most: int = 4) -> str:
    """Why operations did not end OK, the most frequent first: `1,204 x stale writer (25006), 3 x silent`."""
    found = (
        operations.filter(pl.col("outcome") != "ok")
        .group_by(pl.col("cause").cast(pl.String), pl.col("code").cast(pl.String))
        .len()
        .sort("len", "cause", "code", descending=[True, False, False])
    )
    named = [
        f"{number:,} x {cause or 'unknown'}" + (f" ({code})" if code else "") for cause, code, number in found.rows()
    ]
    more = [f"{len(named) - most} other causes"] if len(named) > most else []
    return ", ".join(named[:most] + more) or "no errors"


def listed(lines: Sequence[str], total: int) -> tuple[str, ...]:
    """Single findings as evidence, and how many more there are."""
    return (*lines, f"... and {total - len(lines):,} more") if total > len(lines) else tuple(lines)
