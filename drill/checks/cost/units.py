"""How many units a second each table consumes: what calls and metrics tell, whichever saw more."""

from __future__ import annotations

import polars as pl

from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS
from drill.costs.demand import Demand, factors, scaled
from drill.costs.from_calls import located
from drill.costs.from_metrics import consumed_units
from drill.costs.items import READS, WRITES
from drill.costs.setup import Setup
from drill.history import History


def averages(history: History, setup: Setup, stretch: Stretch, demand: Demand) -> dict[str, tuple[float, float]]:
    """Read and write units a second by table, at the demand's rates; a table that was not used is left out."""
    seconds = max(1, stretch.to_ns - stretch.from_ns) / SECOND_NS
    found: dict[str, tuple[float, float]] = {}
    grown: dict[str, tuple[float, float]] = {}
    calls, metrics, requests = (history.tables.get(name) for name in ("calls", "metrics", "requests"))
    if calls is not None and not calls.is_empty():
        by_pattern = {} if requests is None else factors(requests, demand, stretch.from_ns, stretch.to_ns)
        found = _of_calls(calls, setup, stretch, seconds)
        grown = _of_calls(scaled(calls, by_pattern), setup, stretch, seconds)
    if metrics is not None and not metrics.is_empty():
        for resource, seen in _of_metrics(metrics, setup, stretch, seconds).items():
            told = found.get(resource, (0.0, 0.0))
            own = grown.get(resource, (0.0, 0.0))
            # What others consumed beside the application stays as it is, whatever is declared of the patterns.
            grown[resource] = tuple(  # type: ignore[assignment]  # two of them
                mine + max(0.0, all_of_it - before) for mine, all_of_it, before in zip(own, seen, told, strict=True)
            )
    return {each: units for each, units in grown.items() if sum(units)}


def _of_calls(calls: pl.DataFrame, setup: Setup, stretch: Stretch, seconds: float) -> dict[str, tuple[float, float]]:
    rows = (
        located(stretch.of(calls, "answered_ns"), setup)
        .group_by("resource")
        .agg(pl.col("read_units", "write_units").sum() / seconds)
    )
    return {resource: (reads, writes) for resource, reads, writes in rows.iter_rows()}


def _of_metrics(
    metrics: pl.DataFrame, setup: Setup, stretch: Stretch, seconds: float
) -> dict[str, tuple[float, float]]:
    rows = consumed_units(metrics, setup).filter(
        (pl.col("to_ns") > stretch.from_ns) & (pl.col("from_ns") < stretch.to_ns)
    )
    common = pl.min_horizontal("to_ns", pl.lit(stretch.to_ns)) - pl.max_horizontal("from_ns", pl.lit(stretch.from_ns))
    length = pl.max_horizontal(pl.col("to_ns") - pl.col("from_ns"), pl.lit(1))
    summed = rows.group_by("resource", "item").agg(units=(pl.col("quantity") * common / length).sum() / seconds)
    by_key = {(resource, item): units for resource, item, units in summed.iter_rows()}
    return {
        resource: (by_key.get((resource, READS), 0.0), by_key.get((resource, WRITES), 0.0))
        for resource in {resource for resource, _ in by_key}
    }
