"""A sound cluster of two instances, as its control plane and endpoints tell of it, and whatever is wrong with it."""

from __future__ import annotations

import polars as pl

from drill.history import SCHEMA, Anchor, History
from drill.tables import typed_table

ENDPOINTS = ("writer", "reader", "one", "two")
Values = dict[str, str | None]
Said = dict[str, Values]

REFUSED = 'refused: FATAL: no pg_hba.conf entry for host "10.0.0.9", user "app", database "shop", no encryption'
DISTRUSTED = "refused: SSL error: certificate verify failed"

SOUND: Said = {
    "cluster": {
        "Region": "eu-west-1",
        "EndpointUrl": None,
        "DBClusterIdentifier": "orders",
        "Status": "available",
        "Engine": "aurora-postgresql",
        "EngineVersion": "17.5",
        "StorageEncrypted": "true",
        "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/1",
        "BackupRetentionPeriod": "7",
        "DeletionProtection": "true",
        "EnabledCloudwatchLogsExports": "instance,postgresql",
        "DBClusterParameterGroup": "orders-parameters",
        "DBSubnetGroup": "private",
        "VpcSecurityGroups": "sg-1,sg-2",
    },
    "parameters": {"rds.force_ssl": "1"},
    "client": {"sslmode": "verify-full"},
    "plaintext": dict.fromkeys(ENDPOINTS, REFUSED),
    "strange authority": dict.fromkeys(ENDPOINTS, DISTRUSTED),
} | {
    name: {
        "DBInstanceStatus": "available",
        "DBInstanceClass": "db.r8g.large",
        "StorageEncrypted": "true",
        "PubliclyAccessible": "false",
        "AutoMinorVersionUpgrade": "true",
        "IsClusterWriter": "true" if name == "one" else "false",
    }
    for name in ("one", "two")
}


def inspected(
    changes: Said | None = None, *, without: frozenset[str] = frozenset(), pings: list[dict[str, object]] | None = None
) -> History:
    """What was seen; `changes` go into what a sound cluster says, subjects in `without` say nothing."""
    said = {subject: {**values, **(changes or {}).get(subject, {})} for subject, values in SOUND.items()}
    rows = [
        {"subject": subject, "name": name, "value": value}
        for subject, values in said.items()
        if subject not in without
        for name, value in values.items()
    ]
    answers = [ping(each) for each in ENDPOINTS] if pings is None else pings
    return History.of(
        pl.DataFrame(schema=SCHEMA),
        anchor=Anchor(monotonic_ns=0, wall_ns=0, error_ns=0),
        fault="inspection",
        tables={"settings": typed_table("settings", rows), "pings": typed_table("pings", answers)},
    )


def unseen() -> History:
    """Nobody looked."""
    return History.of(pl.DataFrame(schema=SCHEMA), anchor=Anchor(monotonic_ns=0, wall_ns=0, error_ns=0))


def ping(endpoint: str, **changes: object) -> dict[str, object]:
    """An encrypted answer at an endpoint."""
    server = {"writer": "one", "reader": "two"}.get(endpoint, endpoint)
    return {
        "at_ns": 0,
        "endpoint": endpoint,
        "server": server,
        "in_recovery": server == "two",
        "encrypted": True,
    } | changes


def silence(endpoint: str, error: str = "connection refused") -> dict[str, object]:
    """No answer at an endpoint."""
    return {"at_ns": 0, "endpoint": endpoint, "error": error}
