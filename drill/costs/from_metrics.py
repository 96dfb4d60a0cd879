"""Consumption as CloudWatch told it: of every client that there is, and later than calls tell it."""

from __future__ import annotations

import polars as pl

from drill.costs.items import (
    ACU_HOUR,
    CLUSTER_IO,
    CLUSTER_STORAGE,
    GB,
    GB_MONTH,
    IO_OPTIMIZED,
    MILLION,
    MONTH_S,
    READ_CAPACITY,
    READS,
    REPLICATED_WRITE_CAPACITY,
    REPLICATED_WRITES,
    SERVERLESS,
    UNIT_HOUR,
    WRITE_CAPACITY,
    WRITES,
)
from drill.costs.setup import Setup
from drill.tables import typed_table

SECOND_NS = 1_000_000_000
HOUR_S = 3600
CONSUMED = {"ConsumedReadCapacityUnits": READS, "ConsumedWriteCapacityUnits": WRITES}
PROVISIONED = {"ProvisionedReadCapacityUnits": READ_CAPACITY, "ProvisionedWriteCapacityUnits": WRITE_CAPACITY}
IO = ("VolumeReadIOPs", "VolumeWriteIOPs")
"""Counts, in spite of their name: of five minutes on AWS.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
"""
LEVELS = ("Average", "Maximum", "Minimum", "Sum")
"""The statistics that tell a level, the best one first."""


def from_metrics(metrics: pl.DataFrame, setup: Setup) -> pl.DataFrame:
    """Request units, provisioned units, I/O, storage and ACUs; a row a datapoint.

    What is a level (provisioned units, storage, ACUs) holds until the next datapoint. Indexes count to their table.
    """
    text = ("namespace", "name", "subject", "detail", "region", "statistic")
    rows = metrics.with_columns(pl.col(*text).cast(pl.String)).drop_nulls(("at_ns", "period_s", "value"))
    tables = rows.filter(pl.col("namespace") == "AWS/DynamoDB")
    cluster = rows.filter(pl.col("namespace") == "AWS/RDS")
    found = [*_consumed(tables, setup), *_provisioned(tables, setup), *_of_cluster(cluster, setup)]
    return typed_table("consumption", found)


def consumed_units(metrics: pl.DataFrame, setup: Setup) -> pl.DataFrame:
    """Units of every table, provisioned or not: resource, item, from_ns, to_ns, quantity in units."""
    text = ("namespace", "name", "subject", "region", "statistic")
    rows = metrics.with_columns(pl.col(*text).cast(pl.String)).drop_nulls(("at_ns", "period_s", "value"))
    own = rows.filter(
        (pl.col("namespace") == "AWS/DynamoDB") & pl.col("name").is_in(list(CONSUMED)) & (pl.col("statistic") == "Sum")
    )
    return (
        _where(own, setup)
        .group_by("resource", "name", "at_ns", "period_s")
        .agg(quantity=pl.col("value").sum())
        .select(
            "resource",
            item=pl.col("name").replace_strict(CONSUMED, return_dtype=pl.String),
            from_ns=pl.col("at_ns") - (pl.col("period_s") * SECOND_NS).cast(pl.Int64),
            to_ns=pl.col("at_ns"),
            quantity=pl.col("quantity"),
        )
        .sort("resource", "item", "to_ns")
    )


def _consumed(rows: pl.DataFrame, setup: Setup) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for row in consumed_units(rows, setup).iter_rows(named=True):
        table = setup.tables.get(row["resource"])
        # One that nobody described is none of those that were asked for.
        if table is None or table.is_provisioned or not row["quantity"]:
            continue
        replicated = row["item"] == WRITES and table.replicas
        found.append(_row(row, REPLICATED_WRITES if replicated else row["item"], MILLION, row["quantity"] / 1e6))
    return found


def _provisioned(rows: pl.DataFrame, setup: Setup) -> list[dict[str, object]]:
    own = rows.filter(pl.col("name").is_in(list(PROVISIONED)))
    found: list[dict[str, object]] = []
    for row in _steps(_where(own, setup)).iter_rows(named=True):
        table = setup.tables.get(row["resource"])
        if table is not None and not table.is_provisioned:
            continue
        item = PROVISIONED[row["name"]]
        if item == WRITE_CAPACITY and table is not None and table.replicas:
            item = REPLICATED_WRITE_CAPACITY
        found.append(_row(row, item, UNIT_HOUR, row["value"] * _length_s(row) / HOUR_S))
    return _merged(found)


def _of_cluster(rows: pl.DataFrame, setup: Setup) -> list[dict[str, object]]:
    if setup.cluster is None or rows.is_empty():
        return []
    extra = IO_OPTIMIZED if setup.cluster.io_optimized else ""
    cluster = rows.with_columns(resource=pl.lit(setup.cluster.name))
    found: list[dict[str, object]] = []
    done = cluster.filter(pl.col("name").is_in(IO) & (pl.col("statistic") == "Sum")).select(
        "resource",
        from_ns=pl.col("at_ns") - (pl.col("period_s") * SECOND_NS).cast(pl.Int64),
        to_ns=pl.col("at_ns"),
        value=pl.col("value"),
    )
    summed = done.group_by("resource", "from_ns", "to_ns").agg(pl.col("value").sum()).sort("to_ns")
    found += [
        _row(row, CLUSTER_IO, MILLION, row["value"] / 1e6, service="aurora") for row in summed.iter_rows(named=True)
    ]
    stored = _steps(cluster.filter(pl.col("name") == "VolumeBytesUsed"))
    for row in stored.iter_rows(named=True):
        quantity = row["value"] / GB * _length_s(row) / MONTH_S
        found.append(_row(row, CLUSTER_STORAGE + extra, GB_MONTH, quantity, service="aurora"))
    acus = rows.filter(pl.col("name") == "ServerlessDatabaseCapacity")
    for row in _steps(acus.with_columns(resource=pl.col("subject"))).iter_rows(named=True):
        if setup.cluster.instances.get(row["resource"]) == SERVERLESS:
            quantity = row["value"] * _length_s(row) / HOUR_S
            found.append(_row(row, SERVERLESS + extra, ACU_HOUR, quantity, service="aurora"))
    return found


def _where(rows: pl.DataFrame, setup: Setup) -> pl.DataFrame:
    """With the `resource` that bills know a table by."""
    home = pl.lit(setup.home, dtype=pl.String)
    here = pl.col("region").is_null() | home.is_null() | (pl.col("region") == home)
    return rows.with_columns(
        resource=pl.when(here).then(pl.col("subject")).otherwise(pl.col("subject") + "@" + pl.col("region"))
    )


def _steps(rows: pl.DataFrame) -> pl.DataFrame:
    """A level's datapoints by one statistic, each from its own period's beginning until the next one's."""
    if rows.is_empty():
        return rows.select("resource", "name", "value", from_ns="at_ns", to_ns="at_ns")
    there = set(rows["statistic"])
    best = next((each for each in LEVELS if each in there), None)
    key = ("resource", "name", "detail") if "detail" in rows.columns else ("resource", "name")
    begins = pl.col("at_ns") - (pl.col("period_s") * SECOND_NS).cast(pl.Int64)
    return (
        rows.filter(pl.col("statistic") == best)
        .sort("at_ns")
        .with_columns(from_ns=begins)
        .with_columns(to_ns=pl.col("from_ns").shift(-1).over(key))
        .with_columns(to_ns=pl.max_horizontal(pl.col("to_ns").fill_null(pl.col("at_ns")), pl.col("from_ns") + 1))
    )


def _merged(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows of the same table, item and time, an index's added to its table's."""
    if not rows:
        return []
    key = [name for name in rows[0] if name != "quantity"]
    return pl.DataFrame(rows).group_by(key, maintain_order=True).agg(pl.col("quantity").sum()).to_dicts()


def _length_s(row: dict[str, int]) -> float:
    return (row["to_ns"] - row["from_ns"]) / SECOND_NS


def _row(
    row: dict[str, object], item: str, unit: str, quantity: float, *, service: str = "dynamodb"
) -> dict[str, object]:
    return {
        "service": service,
        "resource": row["resource"],
        "item": item,
        "unit": unit,
        "quantity": quantity,
        "from_ns": row["from_ns"],
        "to_ns": row["to_ns"],
        "source": "metrics",
    }
