"""What of a table's description decides what its requests consume, and when they are throttled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from lab.dynamodb.capacity.sizes import Item, item_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.dynamodb.capacity.errors import Billing


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """Units per second of a table or index: what is provisioned, and the caps of one on demand; None: no cap."""

    read_units: float
    write_units: float
    max_read_units: float | None
    max_write_units: float | None

    @classmethod
    def of(cls, description: Mapping[str, Any]) -> Self:
        """Of a table or global index, as DescribeTable tells it; a cap of -1 is none."""
        provisioned = description.get("ProvisionedThroughput") or {}
        capped = description.get("OnDemandThroughput") or {}
        return cls(
            read_units=float(provisioned.get("ReadCapacityUnits") or 0),
            write_units=float(provisioned.get("WriteCapacityUnits") or 0),
            max_read_units=_cap(capped.get("MaxReadRequestUnits")),
            max_write_units=_cap(capped.get("MaxWriteRequestUnits")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A secondary index: which items it has, and what of them."""

    name: str
    arn: str
    local: bool
    partition_key: tuple[str, ...]
    keys: frozenset[str]
    projected: tuple[str, ...] | None
    """The attributes that its entries have; None: all."""
    throughput: Throughput

    def entry(self, item: Item | None) -> Item | None:
        """The index's entry of an item; None where the item lacks a key of the index, which is then sparse."""
        if item is None:
            return None
        for name in self.keys:
            if name not in item:
                return None
        if self.projected is None:
            return item
        return {name: item[name] for name in self.projected if name in item}

    def writes(
        self, before: Item | None, after: Item | None, before_bytes: int, after_bytes: int
    ) -> tuple[tuple[int, str | None], ...]:
        """The writes to the index that a change of an item makes: of each its bytes, and the partition key it meets.

        Source: Developer Guide, "Using Global Secondary Indexes", storage and throughput considerations: one to add,
        one to remove, two (delete and put) where a key of the index changes, one where a projected attribute does.
        """
        old, new = self.entry(before), self.entry(after)
        if old is None and new is None:
            return ()
        if self.projected is not None:
            before_bytes, after_bytes = item_size(old or {}), item_size(new or {})
        if old is None:
            return () if new is None else ((after_bytes, hot_value(self.partition_key, new)),)
        if new is None:
            return ((before_bytes, hot_value(self.partition_key, old)),)
        if old == new:
            return ()
        place = hot_value(self.partition_key, new)
        if any(old[name] != new[name] for name in self.keys):
            return (before_bytes, hot_value(self.partition_key, old)), (after_bytes, place)
        return ((max(before_bytes, after_bytes), place),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A table: its keys, its indexes, its billing and its throughput."""

    name: str
    arn: str
    billing: Billing
    partition_key: str
    keys: tuple[str, ...]
    throughput: Throughput
    indexes: tuple[Index, ...]

    @classmethod
    def of(cls, description: Mapping[str, Any]) -> Self:
        """Of what DescribeTable says, with or without its envelope `Table`."""
        table = description.get("Table", description)
        name, arn = table["TableName"], table["TableArn"]
        keys = _names(table["KeySchema"])
        throughput = Throughput.of(table)
        mode = (table.get("BillingModeSummary") or {}).get("BillingMode")
        return cls(
            name=name,
            arn=arn,
            billing="PAY_PER_REQUEST" if mode == "PAY_PER_REQUEST" else "PROVISIONED",
            partition_key=_names(table["KeySchema"], "HASH")[0],
            keys=keys,
            throughput=throughput,
            indexes=tuple(
                _index(each, arn, keys, throughput, local=local)
                for member, local in (("GlobalSecondaryIndexes", False), ("LocalSecondaryIndexes", True))
                for each in table.get(member) or ()
            ),
        )

    def key(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """The primary key of an item. Raises KeyError where it lacks one, which the store will refuse."""
        return {name: item[name] for name in self.keys}

    def index(self, name: str) -> Index | None:
        """The index of this name; None if there is none, which the store will refuse."""
        return next((each for each in self.indexes if each.name == name), None)


def hot_value(names: tuple[str, ...], item: Mapping[str, Any]) -> str | None:
    """The partition key of an item or index entry in one word; None where it has none."""
    if len(names) == 1:
        value = item.get(names[0])
        return None if value is None else _word(value)
    values = [item.get(name) for name in names]
    return None if None in values else "\0".join(_word(value) for value in values if value is not None)


def _word(value: Mapping[str, Any]) -> str:
    text = value.get("S")
    return text if text is not None else repr(value)


def _cap(units: float | None) -> float | None:
    return None if units is None or units < 0 else float(units)


def _names(schema: Sequence[Mapping[str, str]], kind: str | None = None) -> tuple[str, ...]:
    return tuple(each["AttributeName"] for each in schema if kind is None or each["KeyType"] == kind)


def _index(
    description: Mapping[str, Any], table_arn: str, table_keys: tuple[str, ...], of_table: Throughput, *, local: bool
) -> Index:
    throughput = Throughput.of(description)
    if not throughput.read_units and of_table.read_units:
        # AWS lets nobody make an index without units beside a provisioned table; a store that does means the table's.
        throughput = replace(of_table, max_read_units=None, max_write_units=None)
    name = description["IndexName"]
    keys = _names(description["KeySchema"])
    projection = description.get("Projection") or {}
    named = tuple(projection.get("NonKeyAttributes") or ())
    whole = projection.get("ProjectionType", "ALL") == "ALL"
    return Index(
        name=name,
        arn=description.get("IndexArn") or f"{table_arn}/index/{name}",
        local=local,
        partition_key=_names(description["KeySchema"], "HASH"),
        keys=frozenset(keys),
        projected=None if whole else tuple(dict.fromkeys((*table_keys, *keys, *named))),
        throughput=throughput,
    )
