"""Two sound tables as control planes tell of them, a load that uses one well, and whatever is wrong with either."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl

from drill.history import SCHEMA, Anchor, History
from drill.tables import typed_table

Row = dict[str, Any]
Values = dict[str, str | None]
Said = dict[str, Values]
REPLICA = "orders@us-west-2"
SCALED = json.dumps({"min": 10, "max": 200, "target_pct": 70.0, "suspended": False, "policies": ["scale"]})
TOPIC = "arn:aws:sns:us-east-1:123456789012:pager"


def alarm(metric: str, table: str, **changes: Any) -> str:
    """An alarm that tells a topic."""
    told = {"name": metric, "metric": metric, "dimensions": {"TableName": table}, "enabled": True, "actions": [TOPIC]}
    return json.dumps(told | {"threshold": 1.0, "period_s": 60} | changes)


def _alarms(table: str) -> Values:
    metrics = ("ReadThrottleEvents", "WriteThrottleEvents", "ConsumedReadCapacityUnits")
    return {"Alarms": "3"} | {f"Alarm {each}": alarm(each, table) for each in metrics}


def _table(name: str, region: str = "us-east-1", **changes: str) -> Values:
    return {
        "TableArn": f"arn:aws:dynamodb:{region}:123456789012:table/{name}",
        "TableStatus": "ACTIVE",
        "BillingMode": "PAY_PER_REQUEST",
        "ReadCapacityUnits": "0",
        "WriteCapacityUnits": "0",
        "MaxReadRequestUnits": "4000",
        "MaxWriteRequestUnits": "1000",
        "SSEStatus": "ENABLED",
        "SSEType": "KMS",
        "KMSMasterKeyArn": f"arn:aws:kms:{region}:123456789012:key/1",
        "PointInTimeRecovery": "ENABLED",
        "DeletionProtection": "true",
        "TableClass": "STANDARD",
        "KeySchema": "pk:HASH sk:RANGE",
        "Indexes": "none",
        "Replicas": "none",
        "TimeToLive": "none",
        **changes,
    }


SOUND: Said = {
    "tables": {"Region": "us-east-1", "EndpointUrl": None, "ReplicaRegion": "us-west-2"},
    "orders": _table("orders", Indexes="by-status", Replicas="us-west-2") | _alarms("orders"),
    "orders/by-status": {"IndexStatus": "ACTIVE", "ReadCapacityUnits": "0", "WriteCapacityUnits": "0"},
    REPLICA: _table("orders", "us-west-2", Indexes="by-status", Replicas="us-east-1"),
    "sessions": _table(
        "sessions",
        BillingMode="PROVISIONED",
        ReadCapacityUnits="40",
        WriteCapacityUnits="40",
        MaxReadRequestUnits="none",
        MaxWriteRequestUnits="none",
    )
    | {"AutoScaling.ReadCapacityUnits": SCALED, "AutoScaling.WriteCapacityUnits": SCALED}
    | _alarms("sessions"),
}


def told(tables: dict[str, list[Row]]) -> History:
    """A history of these tables, without a fault."""
    return History.of(
        pl.DataFrame(schema=SCHEMA),
        anchor=Anchor(monotonic_ns=0, wall_ns=0, error_ns=0),
        tables={name: typed_table(name, rows) for name, rows in tables.items()},
    )


def settings(said: Said) -> list[Row]:
    """As rows."""
    return [
        {"subject": subject, "name": name, "value": value}
        for subject, values in said.items()
        for name, value in values.items()
    ]


def inspected(changes: Said | None = None, *, without: frozenset[str] = frozenset()) -> History:
    """What was seen; `changes` go into what sound tables say, subjects in `without` say nothing."""
    said = {subject: {**values, **(changes or {}).get(subject, {})} for subject, values in SOUND.items()}
    return told({"settings": settings({each: values for each, values in said.items() if each not in without})})


def unseen() -> History:
    """Nobody looked."""
    return told({})


KEYS: list[Row] = [
    {"table": "shop", "partition_key": "pk", "sort_key": "sk", "projection": "ALL", "projected": []},
    {
        "table": "shop",
        "index": "by-status",
        "partition_key": "status",
        "sort_key": "created",
        "projection": "INCLUDE",
        "projected": ["total"],
    },
]
PATTERNS: dict[str, Row] = {
    "customer-profile": {
        "operation": "GetItem",
        "asked": 1,
        "returned": 1,
        "evaluated": 1,
        "read_units": 0.5,
        "response_bytes": 900,
    },
    "orders-of-customer": {
        "operation": "Query",
        "returned": 10,
        "evaluated": 10,
        "read_units": 1.5,
        "response_bytes": 9_000,
    },
    "open-orders": {
        "operation": "Query",
        "index": "by-status",
        "returned": 20,
        "evaluated": 20,
        "read_units": 0.5,
        "index_units": 0.5,
        "response_bytes": 3_000,
        "partition": "open",
    },
    "put-order": {"operation": "PutItem", "asked": 1, "write_units": 2.0, "index_units": 1.0, "request_bytes": 700},
}
EACH_MS = 5


class Load:
    """Calls of a load in the making: every 5 ms one, the patterns by turns, of 500 customers one after the other."""

    def __init__(self, number: int = 1600, customers: int = 500) -> None:
        """Begin with a load that uses its table well."""
        self.tables: dict[str, list[Row]] = {
            "calls": [_call(each, customers) for each in range(number)],
            "key_schemas": [dict(each) for each in KEYS],
        }
        self.tables["requests"] = [
            {
                "pattern": call["pattern"],
                "due_ns": call["sent_ns"],
                "begun_ns": call["sent_ns"],
                "completed_ns": call["answered_ns"],
                "outcome": "ok",
                "attempts": 1,
            }
            for call in self.tables["calls"]
        ]

    def change(self, pattern: str, changes: Row | Callable[[Row], Row], table: str = "calls") -> Load:
        """Overwrite columns of one pattern's rows."""
        for row in self.tables[table]:
            if row.get("pattern") == pattern:
                row.update(changes(row) if callable(changes) else changes)
        return self

    def index(self, **columns: Any) -> Load:
        """One more index of the shop."""
        self.tables["key_schemas"].append(KEYS[1] | columns)
        return self

    def says(self, said: Said) -> Load:
        """Settings."""
        self.tables.setdefault("settings", []).extend(settings(said))
        return self

    def without(self, table: str, where: Callable[[Row], bool] | None = None) -> Load:
        """Take rows out of a table, or the table."""
        if where is None:
            del self.tables[table]
        else:
            self.tables[table] = [row for row in self.tables[table] if not where(row)]
        return self

    def told(self) -> History:
        """As an experiment would have recorded it."""
        return told(self.tables)


def _call(number: int, customers: int) -> Row:
    pattern = list(PATTERNS)[number % len(PATTERNS)]
    sent_ns = number * EACH_MS * 1_000_000
    return {
        "request": str(number),
        "pattern": pattern,
        "call": number,
        "attempt": 1,
        "region": "us-east-1",
        "table": "shop",
        "partition": f"customer#{number // len(PATTERNS) % customers}",
        "sent_ns": sent_ns,
        "answered_ns": sent_ns + 4_000_000,
        "status": 200,
        "once": True,
    } | PATTERNS[pattern]
