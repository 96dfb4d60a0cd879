"""Consumption as the calls of an application's own clients told it (ReturnConsumedCapacity)."""

from __future__ import annotations

import polars as pl

from drill.costs.items import MILLION, READS, REPLICATED_WRITES, WRITES
from drill.costs.setup import Setup
from drill.tables import typed_table

BUCKET_NS = 1_000_000_000
UNITS = 1_000_000
"""Request units are priced by the million."""


def from_calls(calls: pl.DataFrame, setup: Setup) -> pl.DataFrame:
    """Request units of on-demand tables, a row a table, item and second; a call counts when it was answered.

    Indexes count to their table, whose price they share. A write to a global table is a replicated one, in each of
    its regions (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/global-tables-billing.html).
    A provisioned table is not paid for by use, and gives none. `Undecided` where nobody told how a table is billed.
    """
    seen = used(calls, setup)
    found: list[dict[str, object]] = []
    for resource in seen["resource"].unique().sort():
        table = setup.table(resource)
        if table.is_provisioned:
            continue
        own = seen.filter(pl.col("resource") == resource)
        others = [setup.resource(table.name, region) for region in table.replicas]
        writes = REPLICATED_WRITES if others else WRITES
        for second, reads, written in own.select("second", "read_units", "write_units").iter_rows():
            wanted = ((resource, READS, reads), *((each, writes, written) for each in (resource, *others)))
            found.extend(
                {
                    "service": "dynamodb",
                    "resource": where,
                    "item": item,
                    "unit": MILLION,
                    "quantity": units / UNITS,
                    "from_ns": second * BUCKET_NS,
                    "to_ns": (second + 1) * BUCKET_NS,
                    "source": "calls",
                }
                for where, item, units in wanted
                if units
            )
    return typed_table("consumption", found)


def used(calls: pl.DataFrame, setup: Setup) -> pl.DataFrame:
    """Units by resource and second: resource, second, read_units, write_units; provisioned tables included."""
    return (
        located(calls, setup)
        .group_by("resource", second=pl.col("answered_ns") // BUCKET_NS)
        .agg(pl.col("read_units", "write_units").sum())
        .sort("resource", "second")
    )


def located(calls: pl.DataFrame, setup: Setup) -> pl.DataFrame:
    """The calls of tables, with the `resource` that bills know them by."""
    table, region = pl.col("table").cast(pl.String), pl.col("region").cast(pl.String)
    home = pl.lit(setup.home, dtype=pl.String)
    here = region.is_null() | home.is_null() | (region == home)
    return calls.filter(table.is_not_null() & pl.col("answered_ns").is_not_null()).with_columns(
        resource=pl.when(here).then(table).otherwise(table + "@" + region)
    )
