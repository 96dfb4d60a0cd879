"""Consumption of what is paid for while it is there: provisioned units, storage, instances."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl

from drill.costs.items import (
    GB,
    GB_MONTH,
    HOUR,
    IO_OPTIMIZED,
    MONTH_S,
    READ_CAPACITY,
    REPLICATED_WRITE_CAPACITY,
    SERVERLESS,
    TABLE_RECOVERY,
    TABLE_STORAGE,
    UNIT_HOUR,
    WRITE_CAPACITY,
)
from drill.costs.setup import Capacity, Setup, TableSetup
from drill.tables import typed_table

HOUR_S = 3600


def from_settings(setup: Setup, from_ns: int, to_ns: int, *, dated: Collection[tuple[str, str]] = ()) -> pl.DataFrame:
    """As if everything had been there from the first moment to the last: settings tell no dates.

    Provisioned units that metrics have `dated` (resource, item) are left to them. A serverless instance is paid for by
    ACUs, which metrics alone know.
    """
    hours = (to_ns - from_ns) / 1e9 / HOUR_S
    months = (to_ns - from_ns) / 1e9 / MONTH_S
    found: list[tuple[str, str, str, str, float]] = []
    for resource, table in setup.tables.items():
        found += [
            ("dynamodb", resource, item, UNIT_HOUR, units * hours)
            for item, units in _provisioned(table)
            if (resource, item) not in dated
        ]
        if table.size_bytes:
            size = table.size_bytes / GB * months
            kept = (TABLE_STORAGE, TABLE_RECOVERY) if table.recovery else (TABLE_STORAGE,)
            found += [("dynamodb", resource, item, GB_MONTH, size) for item in kept]
    if setup.cluster is not None:
        extra = IO_OPTIMIZED if setup.cluster.io_optimized else ""
        found += [
            ("aurora", instance, kind + extra, HOUR, hours)
            for instance, kind in setup.cluster.instances.items()
            if kind != SERVERLESS
        ]
    names = ("service", "resource", "item", "unit", "quantity")
    same = {"from_ns": from_ns, "to_ns": to_ns, "source": "settings"}
    return typed_table("consumption", [dict(zip(names, each, strict=True)) | same for each in found])


def _provisioned(table: TableSetup) -> Iterator[tuple[str, float]]:
    if table.is_provisioned:
        yield READ_CAPACITY, _units(table.reads.values())
        yield REPLICATED_WRITE_CAPACITY if table.replicas else WRITE_CAPACITY, _units(table.writes.values())


def _units(capacities: Collection[Capacity]) -> float:
    return sum(each.provisioned for each in capacities)
