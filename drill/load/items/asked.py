"""What a call of boto3's DynamoDB client asks for, by its parameters: the columns of `calls` that are known before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from drill.targets.repeating import READING, is_once

Parameters = Mapping[str, Any]
Keys = Mapping[str, str]
"""By a table's name, or "table/index": the attribute that is its partition key."""

_EQUALS = re.compile(r"([#\w.]+)\s*=\s*(:\w+)")


class Asked(NamedTuple):
    """Where a call goes to, and how much it asks for. `items`: how many it names; None: it names none."""

    table: str | None
    index_name: str | None
    partition: str | None
    items: int | None
    once: bool


def asked(operation: str, parameters: Parameters, keys: Keys) -> Asked:
    """What the call asks for; `once` says whether it does no more when it is sent again, as it stands.

    A part that it does not understand is None: an application may pass anything, and boto3 refuses it later.
    """
    try:
        return _asked(operation, parameters, keys)
    except (AttributeError, KeyError, TypeError, ValueError):
        return Asked(None, None, None, None, once=operation in READING)


def _asked(operation: str, parameters: Parameters, keys: Keys) -> Asked:
    once = is_once(operation, parameters)
    match operation:
        case "BatchGetItem":
            named = [(table, key) for table, each in parameters["RequestItems"].items() for key in each["Keys"]]
        case "BatchWriteItem":
            named = list(_batch(parameters))
        case "TransactGetItems" | "TransactWriteItems":
            named = list(_transaction(parameters))
        case "Query" | "Scan":
            table, index = parameters.get("TableName"), parameters.get("IndexName")
            name = keys.get(f"{table}/{index}" if index else str(table))
            return Asked(table, index, _queried(parameters, name), None, once)
        case _:
            named = [(parameters.get("TableName"), parameters.get("Key") or parameters.get("Item"))]
            if named[0][1] is None:
                return Asked(named[0][0], None, None, None, once)
    partitions = {_partition(table, item, keys) for table, item in named}
    partition = partitions.pop() if len(partitions) == 1 else None
    return Asked(named[0][0] if named else None, None, partition, len(named), once)


def _batch(parameters: Parameters) -> Iterator[tuple[str, Any]]:
    for table, actions in parameters["RequestItems"].items():
        for action in actions:
            ((_, what),) = action.items()
            yield table, what.get("Item") or what["Key"]


def _transaction(parameters: Parameters) -> Iterator[tuple[str, Any]]:
    for action in parameters["TransactItems"]:
        ((_, what),) = action.items()
        yield what["TableName"], what.get("Item") or what["Key"]


def _partition(table: str | None, item: Mapping[str, Any], keys: Keys) -> str | None:
    name = keys.get(table or "") or (next(iter(item)) if len(item) == 1 else None)
    return None if name is None else text_of(item.get(name))


def _queried(parameters: Parameters, name: str | None) -> str | None:
    """The value that a key condition wants of the partition key."""
    names, values = parameters.get("ExpressionAttributeNames", {}), parameters.get("ExpressionAttributeValues", {})
    equal = [
        (names.get(left, left), right) for left, right in _equalities(parameters.get("KeyConditionExpression", ""))
    ]
    if name is None and len(equal) == 1:
        name = equal[0][0]  # a query has one on the partition key at least, so that a single one is that
    return next((text_of(values.get(right)) for left, right in equal if left == name), None)


@lru_cache(maxsize=1024)
def _equalities(expression: str) -> tuple[tuple[str, str], ...]:
    return tuple(_EQUALS.findall(expression))


def text_of(value: Mapping[str, Any] | None) -> str | None:
    """A key's value as text: {"S": "a"} is "a", {"N": "1"} is "1", binary is hexadecimal."""
    if not value:
        return None
    ((_, plain),) = value.items()
    return plain.hex() if isinstance(plain, bytes) else str(plain)
