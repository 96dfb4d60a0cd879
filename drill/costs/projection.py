"""A month at the declared demand: what was measured in a stretch, scaled and priced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from drill.costs.book import PriceBook
from drill.costs.consumption import consumed
from drill.costs.demand import Demand, factors, scaled
from drill.costs.from_calls import from_calls
from drill.costs.setup import Setup
from drill.costs.spending import Line, Spending
from drill.history import History

UNTOLD = 0.05
"""The share of answered calls that may leave out what they consumed."""


def projected(history: History, book: PriceBook, from_ns: int, to_ns: int, *, demand: Demand) -> tuple[Line, ...]:
    """What each item of each resource costs in a month in which the stretch goes on, at the demand's rates.

    What is paid for by use grows with the rates: by pattern where calls tell of it, by all requests together where
    only a cluster's I/O or the metrics of a table do. `Undecided` where nothing was measured, or a price is missing.
    """
    setup = Setup.of(history)
    lines = Spending.of(consumed(history), setup, book).between(from_ns, to_ns)
    requests = history.tables.get("requests")
    by_pattern = {} if requests is None else factors(requests, demand, from_ns, to_ns)
    if not by_pattern or requests is None:
        return lines
    overall = _overall(requests, by_pattern, from_ns, to_ns)
    own = _by_calls(history, setup, book, by_pattern, from_ns, to_ns)
    grown = tuple(_grown(line, own, overall) for line in lines)
    return tuple(sorted(grown, key=lambda line: -line.usd_per_month))


def _grown(line: Line, own: Mapping[tuple[str, str], float], overall: float) -> Line:
    if not line.is_by_use:
        return line
    factor = own.get((line.resource, line.item), overall)
    return replace(
        line,
        quantity_per_month=line.quantity_per_month * factor,
        usd_per_month=line.usd_per_month * factor,
    )


def _by_calls(
    history: History, setup: Setup, book: PriceBook, by_pattern: Mapping[str, float], from_ns: int, to_ns: int
) -> dict[tuple[str, str], float]:
    """By how much each table's units grow, as its calls tell; also of those that metrics saw more of."""
    calls = history.tables.get("calls")
    if calls is None or calls.is_empty():
        return {}
    before, after = (
        {
            (line.resource, line.item): line.quantity_per_month
            for line in Spending.of(from_calls(each, setup), setup, book).between(from_ns, to_ns)
        }
        for each in (calls, scaled(calls, by_pattern))
    )
    return {key: after.get(key, 0.0) / quantity for key, quantity in before.items() if quantity}


def _overall(requests: pl.DataFrame, by_pattern: Mapping[str, float], from_ns: int, to_ns: int) -> float:
    due = requests.filter(pl.col("due_ns").is_between(from_ns, to_ns, closed="left"))
    counted = due.group_by(pl.col("pattern").cast(pl.String)).len().rows()
    number = sum(count for _, count in counted)
    return sum(by_pattern.get(name, 1.0) * count for name, count in counted) / number if number else 1.0
