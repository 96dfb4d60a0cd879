"""How writes and conflicts are put into lines that stand as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from drill.checks.moments import Moments
from drill.checks.replication.writes import SINCE_NS, Fate

INSTEAD: Mapping[str, str] = {
    Fate.GONE: "nothing stands there",
    Fate.FOREIGN: "a value stands there that nobody wrote, or that was refused",
    Fate.OLDER: "an older one stands there",
    Fate.OVERWRITTEN: "a later one stands there",
    Fate.EITHER: "written at nearly the same time, so that either may stand",
}


def lost_lines(rows: pl.DataFrame, moments: Moments) -> list[str]:
    """A line a write that does not stand, and what stands instead."""
    return [f"{_write(row, moments)}: not in {row['shown_in']}, {_instead(row, moments)}" for row in _named(rows)]


def conflict_lines(rows: pl.DataFrame, moments: Moments) -> list[str]:
    """A line a write that gave way to one of another region: both values, times and regions."""
    return [f"{_write(row, moments)} gave way: {_instead(row, moments)}" for row in _named(rows)]


def _write(row: Mapping[str, Any], moments: Moments) -> str:
    when = span(row["begun_ns"], row["completed_ns"], moments)
    return f"{row['table']}, {row['item']}: {row['value']} ({row['region']}, {when})"


def _instead(row: Mapping[str, Any], moments: Moments) -> str:
    words = INSTEAD[row["fate"]]
    if row["stands"] is None:
        return words
    if row["stands_begun_ns"] is None:
        return f"{words}: {row['stands']}"
    when = span(row["stands_begun_ns"], row["stands_until_ns"], moments)
    return f"{words}: {row['stands']} ({row['stands_region'] or 'not acknowledged'}, {when})"


def span(begun_ns: int, ended_ns: int | None, moments: Moments) -> str:
    """An interval as seconds after injection: `-0.312..-0.308 s`."""
    begun = f"{moments.since_injection_s(begun_ns):.3f}"
    if ended_ns is None or ended_ns >= SINCE_NS:
        return f"{begun} s or later"
    return f"{begun}..{moments.since_injection_s(ended_ns):.3f} s"


def _named(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return rows.to_dicts()
