"""Whether every access pattern gets its share, and no rare one is lost among many others.

A pattern is judged by what it got before the fault. Of few requests a few more fail by chance: allowed are the share
that may fail, and three standard deviations. So of 20 requests of a pattern 3 may fail where one in twenty may.
"""

import polars as pl

from drill.checks.load.arrivals import ENOUGH, Arrivals, by_chance, told_pct


def neglected(now: Arrivals, wider: Arrivals, before: Arrivals, share: float, *, good: str = "in_time") -> list[str]:
    """A line for each pattern of which less than `share` of its usual share is `good`; the worst first.

    One with fewer than twenty requests is judged over a wider stretch, and one that has fewer there, too, is not.
    What was usual is what it got before; of one with too few requests then, what all got.
    """
    usual, overall = _shares(before, good), _overall(before, good)
    judged = {**_enough(_shares(wider, good), wider), **_enough(_shares(now, good), now)}
    found: list[tuple[float, str]] = []
    for pattern, (number, served, name) in judged.items():
        seen, kept = usual.get(pattern, (0, 0))
        wanted = share * (kept / seen if seen >= ENOUGH else overall)
        if number - served > by_chance(number, 1 - wanted):
            line = f"{pattern}: {told_pct(served / number)} of {number:,} requests {name}, {told_pct(wanted)} wanted"
            found.append((served / number, line))
    return [line for _, line in sorted(found)]


def _shares(found: Arrivals, good: str) -> dict[str, tuple[int, int]]:
    """How many requests of each pattern there were, and how many of them were good."""
    rows = found.rows.group_by(pl.col("pattern").cast(pl.String)).agg(number=pl.len(), good=pl.col(good).sum())
    return {pattern: (number, served) for pattern, number, served in rows.drop_nulls("pattern").rows()}


def _enough(shares: dict[str, tuple[int, int]], found: Arrivals) -> dict[str, tuple[int, int, str]]:
    name = found.stretch.name
    return {pattern: (*counts, name) for pattern, counts in shares.items() if counts[0] >= ENOUGH}


def _overall(found: Arrivals, good: str) -> float:
    return int(found.rows[good].sum()) / max(1, found.number)
