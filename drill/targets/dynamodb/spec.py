"""A table that a run makes for itself, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Key = tuple[str, str]
"""An attribute's name and its type: S, N or B."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSpec:
    """A global secondary index; capacity as in `TableSpec`."""

    name: str
    partition_key: Key
    sort_key: Key | None = None
    projection: str = "ALL"
    projected: tuple[str, ...] = ()
    read_units: int | None = None
    write_units: int | None = None
    max_read_units: int | None = None
    max_write_units: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """Keys, indexes and capacity, in units a second: provisioned where `read_units` are named, on-demand otherwise.

    `max_read_units` and `max_write_units` cap on-demand. One that is `replicated` stands in the replica region, too.
    """

    name: str
    partition_key: Key = ("pk", "S")
    sort_key: Key | None = ("sk", "S")
    indexes: tuple[IndexSpec, ...] = ()
    read_units: int | None = None
    write_units: int | None = None
    max_read_units: int | None = None
    max_write_units: int | None = None
    replicated: bool = False

    def named(self, name: str) -> TableSpec:
        """The same table under another name."""
        return replace(self, name=name)

    def request(self) -> dict[str, Any]:
        """The parameters of CreateTable."""
        specs: tuple[TableSpec | IndexSpec, ...] = (self, *self.indexes)
        keys = {key for each in specs for key in (each.partition_key, each.sort_key) if key}
        stream = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}
        indexes = {"GlobalSecondaryIndexes": [_index(each) for each in self.indexes]} if self.indexes else {}
        return {
            "TableName": self.name,
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in sorted(keys)],
            "KeySchema": _key_schema(self.partition_key, self.sort_key),
            "BillingMode": "PAY_PER_REQUEST" if self.read_units is None else "PROVISIONED",
            **_capacity(self),
            **indexes,
            # A replica is added to a table that streams both images.
            **(stream if self.replicated else {}),
        }


def _index(index: IndexSpec) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": index.projection}
    if index.projected:
        projection["NonKeyAttributes"] = list(index.projected)
    return {
        "IndexName": index.name,
        "KeySchema": _key_schema(index.partition_key, index.sort_key),
        "Projection": projection,
        **_capacity(index),
    }


def _key_schema(partition_key: Key, sort_key: Key | None) -> list[dict[str, str]]:
    names = [(partition_key[0], "HASH"), *([(sort_key[0], "RANGE")] if sort_key else [])]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in names]


def _capacity(spec: TableSpec | IndexSpec) -> Mapping[str, Any]:
    if spec.read_units is not None:
        units = {"ReadCapacityUnits": spec.read_units, "WriteCapacityUnits": spec.write_units or spec.read_units}
        return {"ProvisionedThroughput": units}
    caps = {"MaxReadRequestUnits": spec.max_read_units, "MaxWriteRequestUnits": spec.max_write_units}
    named = {name: units for name, units in caps.items() if units is not None}
    return {"OnDemandThroughput": named} if named else {}
