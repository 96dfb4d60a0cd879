"""A cluster in three zones and two tables, as control planes tell of them, and whatever is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from drill.advice import AccessPattern, Consistency, Environment, Kind, Workload
from drill.history import SCHEMA, Anchor, History
from drill.tables import typed_table

Values = Mapping[str, str | None]
Said = Mapping[str, Values]

CLUSTER: Said = {
    "cluster": {
        "Region": "eu-west-1",
        "EndpointUrl": None,
        "DBClusterIdentifier": "shop",
        "Status": "available",
        "Engine": "aurora-postgresql",
        "EngineVersion": "17.5",
    },
} | {
    f"shop-{zone}": {
        "DBInstanceStatus": "available",
        "DBInstanceClass": "db.r6g.large",
        "AvailabilityZone": f"eu-west-1{zone}",
        "IsClusterWriter": "true" if zone == "a" else "false",
    }
    for zone in "abc"
}
ON_DEMAND: Values = {
    "TableStatus": "ACTIVE",
    "BillingMode": "PAY_PER_REQUEST",
    "ReadCapacityUnits": "0",
    "WriteCapacityUnits": "0",
    "MaxReadRequestUnits": "none",
    "MaxWriteRequestUnits": "none",
    "AutoScaling.ReadCapacityUnits": "none",
    "AutoScaling.WriteCapacityUnits": "none",
    "Indexes": "by-customer",
    "Replicas": "us-west-2",
}
PROVISIONED: Values = {
    **ON_DEMAND,
    "BillingMode": "PROVISIONED",
    "ReadCapacityUnits": "100",
    "WriteCapacityUnits": "100",
}
TABLES: Said = {
    "tables": {"Region": "us-east-1", "EndpointUrl": None, "ReplicaRegion": "us-west-2"},
    "orders": ON_DEMAND,
    "orders/by-customer": {"IndexStatus": "ACTIVE", "ReadCapacityUnits": "0", "WriteCapacityUnits": "0"},
    "orders@us-west-2": {**ON_DEMAND, "Replicas": "us-east-1"},
    "accounts": ON_DEMAND,
}

READ = AccessPattern(
    name="read",
    kind=Kind.GET,
    rate_per_s=100,
    peak_per_s=200,
    consistency=Consistency.EVENTUAL,
    tables=("orders",),
    hottest_key_share=0.001,
)
WRITE = AccessPattern(
    name="write", kind=Kind.WRITE, rate_per_s=75, peak_per_s=150, tables=("accounts",), hottest_key_share=0.001
)
ITEMS = Workload(name="items", patterns=(READ, WRITE), environment=Environment.PRODUCTION, predictable=False)
"""On demand, multi-AZ; 100 read units and 150 write units a second at the peak."""
STEADY_ITEMS = replace(ITEMS, predictable=True)
SHOP = replace(ITEMS, name="shop", predictable=True, foreign_keys=True)
"""Provisioned, multi-AZ, readers."""
VARIABLE_SHOP = replace(SHOP, predictable=False)
WRITING_SHOP = replace(SHOP, patterns=(WRITE,))
"""A larger instance."""
BOTH = replace(
    ITEMS,
    name="both",
    patterns=(
        replace(READ, kind=Kind.JOIN, tables=("orders", "customers")),
        replace(WRITE, rate_per_s=90_000, peak_per_s=180_000, hottest_key_share=0.00001),
    ),
)
CONTRADICTING = replace(BOTH, name="torn", ad_hoc_sql=True)
SAYING = {"min": 5, "max": 400, "target_pct": 70.0, "suspended": False, "policies": ["p"]}


def scaled(**changes: object) -> str:
    """Autoscaling up to 400 units, with changes, as the control plane tells it."""
    return json.dumps(SAYING | changes)


def seen(said: Said, changes: Said | None = None, *, without: frozenset[str] = frozenset()) -> History:
    """What was seen; `changes` go into it, subjects and names in `without` were not told."""
    merged = {subject: {**values, **(changes or {}).get(subject, {})} for subject, values in said.items()}
    merged |= {subject: values for subject, values in (changes or {}).items() if subject not in said}
    rows = [
        {"subject": subject, "name": name, "value": value}
        for subject, values in merged.items()
        for name, value in values.items()
        if subject not in without and name not in without
    ]
    return History.of(
        pl.DataFrame(schema=SCHEMA),
        anchor=Anchor(monotonic_ns=0, wall_ns=0, error_ns=0),
        fault="inspection",
        tables={"settings": typed_table("settings", rows)},
    )


def unseen() -> History:
    """Nobody looked."""
    return History.of(pl.DataFrame(schema=SCHEMA), anchor=Anchor(monotonic_ns=0, wall_ns=0, error_ns=0))


def every_table(**changes: str | None) -> Said:
    """The same said of each of the two tables."""
    return {"orders": changes, "accounts": changes}
