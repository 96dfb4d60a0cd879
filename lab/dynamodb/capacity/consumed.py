"""ConsumedCapacity as DynamoDB tells it.

Source: API reference, ConsumedCapacity and Capacity. `ReadCapacityUnits` and `WriteCapacityUnits` are told of
transactions alone, as AWS does (seen in aws/aws-sdk-java issue 1986, aws/aws-sdk-go issue 2699 and rusoto issue 1919);
of anything else there is `CapacityUnits`. An index that a write did not touch is not named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.dynamodb.capacity.errors import Kind
    from lab.dynamodb.capacity.schema import Schema
    from lab.dynamodb.capacity.table import MeteredTable

Units = dict[str | None, float]
"""Units by index; None is the table."""


def consumed(schema: Schema, units: Units, mode: str, transactional: Kind | None = None) -> dict[str, Any]:
    """The ConsumedCapacity of one table, for a ReturnConsumedCapacity of TOTAL or INDEXES."""
    told: dict[str, Any] = {"TableName": schema.name, **_capacity(sum(units.values()), transactional)}
    if mode != "INDEXES":
        return told
    told["Table"] = _capacity(units.get(None, 0.0), transactional)
    for index in schema.indexes:
        if index.name in units:
            member = "LocalSecondaryIndexes" if index.local else "GlobalSecondaryIndexes"
            told.setdefault(member, {})[index.name] = _capacity(units[index.name], transactional)
    return told


def tell(
    answer: dict[str, Any],
    body: Mapping[str, Any],
    bills: Mapping[MeteredTable, Units],
    transactional: Kind | None = None,
) -> dict[str, Any]:
    """The answer of a batch or transaction with the list that it asked for, one entry a table, or without one."""
    answer.pop("ConsumedCapacity", None)
    mode = body.get("ReturnConsumedCapacity", "NONE")
    if mode != "NONE":
        answer["ConsumedCapacity"] = [
            consumed(table.schema, units, mode, transactional) for table, units in bills.items()
        ]
    return answer


def tell_one(answer: dict[str, Any], body: Mapping[str, Any], schema: Schema, units: Units) -> dict[str, Any]:
    """The answer of a call for one table, with what it consumed if it asked for that."""
    answer.pop("ConsumedCapacity", None)
    mode = body.get("ReturnConsumedCapacity", "NONE")
    if mode != "NONE":
        answer["ConsumedCapacity"] = consumed(schema, units, mode)
    return answer


def _capacity(units: float, transactional: Kind | None) -> dict[str, float]:
    told = {"CapacityUnits": float(units)}
    if transactional is not None:
        told["ReadCapacityUnits" if transactional == "read" else "WriteCapacityUnits"] = float(units)
    return told
