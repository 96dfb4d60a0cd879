"""What is asked of a database over a month: declared, since seconds of a load tell nothing of a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from drill.errors import Undecided

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Requests a second of each pattern, averaged over the month; None: as measured.

    `peak_over_average` says how much more is asked in the busiest minute than on average: of every table, or by table.
    None: not declared, and what rests on it is undecided unless an hour of metrics shows it.
    """

    rates: Mapping[str, float] | None = None
    peak_over_average: float | Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        """Refuse what is no demand."""
        peaks = self.peak_over_average
        given = peaks.values() if isinstance(peaks, Mapping) else [] if peaks is None else [peaks]
        if any(each < 1 for each in given):
            raise ValueError("a peak is never below the average; write a peak_over_average of 1 or more")
        if any(rate < 0 for rate in (self.rates or {}).values()):
            raise ValueError("a pattern is asked for 0 times a second or more")

    def peak_of(self, table: str) -> float | None:
        """Peak over average of one table; None where it is not declared."""
        peaks = self.peak_over_average
        return peaks.get(table) if isinstance(peaks, Mapping) else peaks


AS_MEASURED = Demand()


def factors(requests: pl.DataFrame, demand: Demand, from_ns: int, to_ns: int) -> dict[str, float]:
    """By how much more each pattern is asked for than it was in a stretch; empty where nothing is declared.

    Patterns that are not declared are as measured. `Undecided` where a declared one was never asked for: what it costs
    was not measured.
    """
    if demand.rates is None:
        return {}
    seconds = (to_ns - from_ns) / SECOND_NS
    due = requests.filter(pl.col("due_ns").is_between(from_ns, to_ns, closed="left"))
    counted: dict[str, int] = dict(due.group_by(pl.col("pattern").cast(pl.String)).len().iter_rows())
    missing = sorted(name for name, rate in demand.rates.items() if rate and not counted.get(name))
    if missing:
        raise Undecided(f"declared, and never asked for in what was measured: {', '.join(missing)}")
    return {name: rate * seconds / counted[name] for name, rate in demand.rates.items() if rate} | {
        name: 0.0 for name, rate in demand.rates.items() if not rate
    }


def scaled(calls: pl.DataFrame, by_pattern: Mapping[str, float]) -> pl.DataFrame:
    """The calls, their units multiplied by the factor of their pattern; others as they are."""
    if not by_pattern:
        return calls
    factor = (
        pl.col("pattern").cast(pl.String).replace_strict(dict(by_pattern), default=1.0, return_dtype=pl.Float64)
    ).fill_null(1.0)
    return calls.with_columns(pl.col("read_units", "write_units", "index_units") * factor)
