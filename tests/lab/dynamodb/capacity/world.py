"""A store with capacity around it, a clock that stands still, and short ways to say what is in it."""

from __future__ import annotations

from itertools import count
from typing import Any

from lab.dynamodb.capacity import AccountLimits, Change, Metered
from lab.dynamodb.refused import Refused
from lab.dynamodb.store import Store

_accounts = count(100_000_000_000)

LAVISH = AccountLimits(
    table_read_units=1e9,
    table_write_units=1e9,
    key_read_units=1e9,
    key_write_units=1e9,
    new_read_units=1e9,
    new_write_units=1e9,
)
"""Limits that no test meets by accident."""


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        """Start somewhere, as a monotonic clock does."""
        self.now_s = 1000.0

    def __call__(self) -> float:
        """The time now."""
        return self.now_s

    def wait(self, seconds: float) -> None:
        """Let this much time pass."""
        self.now_s += seconds


class World:
    """A region of its own."""

    def __init__(self, limits: AccountLimits = LAVISH, *, transaction_s: float = 0.0) -> None:
        """Have no tables."""
        self.clock = Clock()
        self.changes: list[Change] = []
        self.store = Store("eu-west-1", account=str(next(_accounts)))
        self.metered = Metered(
            self.store, now=self.clock, limits=limits, changed=self.changes.append, transaction_s=transaction_s
        )

    def call(self, operation: str, **body: Any) -> dict[str, Any]:
        """Call an operation."""
        return self.metered.call(operation, body)

    def refused(self, operation: str, **body: Any) -> Refused:
        """Call an operation that must be refused."""
        try:
            answer = self.metered.call(operation, body)
        except Refused as refused:
            return refused
        raise AssertionError(f"{operation} was answered: {answer}")

    def table(
        self,
        name: str = "t",
        *,
        ranged: bool = False,
        units: tuple[int, int] | None = None,
        caps: tuple[int, int] | None = None,
        global_: tuple[dict[str, Any], ...] = (),
        local: tuple[dict[str, Any], ...] = (),
    ) -> None:
        """Make a table: on demand, or with so many units to read and write."""
        keys = [("id", "HASH"), *([("at", "RANGE")] if ranged else [])]
        indexed = {each["AttributeName"] for index in (*global_, *local) for each in index["KeySchema"]}
        body: dict[str, Any] = {
            "TableName": name,
            "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in keys],
            "AttributeDefinitions": [
                {"AttributeName": key, "AttributeType": "S"} for key in sorted(indexed | {key for key, _ in keys})
            ],
            "BillingMode": "PROVISIONED" if units else "PAY_PER_REQUEST",
        }
        if units:
            body["ProvisionedThroughput"] = {"ReadCapacityUnits": units[0], "WriteCapacityUnits": units[1]}
        if caps:
            body["OnDemandThroughput"] = {"MaxReadRequestUnits": caps[0], "MaxWriteRequestUnits": caps[1]}
        if global_:
            body["GlobalSecondaryIndexes"] = list(global_)
        if local:
            body["LocalSecondaryIndexes"] = list(local)
        self.metered.call("CreateTable", body)


def index(
    name: str,
    hashed: str,
    ranged: str | None = None,
    *,
    include: tuple[str, ...] | None = None,
    everything: bool = False,
    units: tuple[int, int] | None = None,
    caps: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """An index on these keys, with the keys only, with these attributes besides, or with everything."""
    projection: dict[str, Any] = {"ProjectionType": "KEYS_ONLY"}
    if include is not None:
        projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(include)}
    if everything:
        projection = {"ProjectionType": "ALL"}
    made: dict[str, Any] = {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": hashed, "KeyType": "HASH"},
            *([{"AttributeName": ranged, "KeyType": "RANGE"}] if ranged else []),
        ],
        "Projection": projection,
    }
    if units:
        made["ProvisionedThroughput"] = {"ReadCapacityUnits": units[0], "WriteCapacityUnits": units[1]}
    if caps:
        made["OnDemandThroughput"] = {"MaxReadRequestUnits": caps[0], "MaxWriteRequestUnits": caps[1]}
    return made


def item(key: str, size_bytes: int = 0, **texts: str) -> dict[str, Any]:
    """An item with this `id`, these texts, and a `v` that makes it so many bytes large."""
    made = {"id": {"S": key}} | {name: {"S": text} for name, text in texts.items()}
    used = sum(len(name) + len(value["S"]) for name, value in made.items())
    if size_bytes:
        assert size_bytes > used, "an item cannot be smaller than its keys"
        made["v"] = {"S": "x" * (size_bytes - used - 1)}
    return made


def key(text: str, at: str | None = None) -> dict[str, Any]:
    """A primary key."""
    return {"id": {"S": text}} | ({} if at is None else {"at": {"S": at}})
