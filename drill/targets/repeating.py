"""Whether a call of DynamoDB's client does no more when it is sent again, as it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

READING = frozenset({"GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems", "ListTables", "DescribeTable"})
_WHOLE = frozenset({"PutItem", "DeleteItem", "BatchWriteItem"})
"""Writes after which an item is the same, however often they are done."""

_RELATIVE = re.compile(r"\bADD\b|\bDELETE\b|\blist_append\b|[-+]|\bREMOVE\b.*\[\d+\]", re.IGNORECASE)
"""What makes an update depend on what stood there before; all other updates set a value."""
_ABSENT = re.compile(r"\battribute_not_exists\s*\(\s*([#\w.]+)", re.IGNORECASE)
_COMPARED = re.compile(r"([#\w.]+)\s*(=|<>)\s*(:\w+)")
_SET = re.compile(r"([#\w.]+)\s*=\s*(:\w+)?")
_COPIED = re.compile(r"=\s*([#\w.]+)(?!\s*\(|[#\w.])")
"""What a value is taken from, where it is another attribute's."""
_ADDED = re.compile(r"([#\w.]+)\s+:\w+")
_EITHER = re.compile(r"\bOR\b", re.IGNORECASE)
"""Of two conditions one may still be true."""


def operation_of(method: str) -> str:
    """The operation on the wire of a method of boto3's client: "GetItem" of "get_item"."""
    return "".join(word.capitalize() for word in method.split("_"))


def is_once(operation: str, parameters: Mapping[str, Any]) -> bool:
    """Whether it is safe to repeat: a read, a put or an update of the whole value, a client's token, or a condition.

    A condition guards only where the write itself makes it false: that an item exists, or that a balance suffices, is
    as true the second time.
    """
    if operation in READING or operation in _WHOLE or parameters.get("ClientRequestToken"):
        return True
    if operation == "TransactWriteItems":
        actions = [each for action in parameters.get("TransactItems", ()) for each in action.values()]
        return any(map(_guards, actions)) or not any(map(_is_relative, actions))
    return operation == "UpdateItem" and (_guards(parameters) or not _is_relative(parameters))


def _guards(parameters: Mapping[str, Any]) -> bool:
    """Whether the write itself makes its condition false: it sets what the condition compares, or finds missing."""
    condition = parameters.get("ConditionExpression", "")
    if _EITHER.search(condition):
        return False
    absent = set(_ABSENT.findall(condition))
    if "Item" in parameters:
        return bool(absent)
    update = parameters.get("UpdateExpression", "")
    values = dict(_SET.findall(update))
    changed = {*values, *_ADDED.findall(update)}
    compared = any(
        name in changed and (values.get(name) != value if operator == "=" else values.get(name) == value)
        for name, operator, value in _COMPARED.findall(condition)
    )
    return compared or bool(absent & changed) or bool(parameters.get("Expected"))


def _is_relative(parameters: Mapping[str, Any]) -> bool:
    changes = parameters.get("AttributeUpdates") or {}
    if any(each.get("Action", "PUT") != "PUT" for each in changes.values()):
        return True
    update = parameters.get("UpdateExpression", "")
    # Taken from what the same update changes, a value is another one the second time.
    copied = {name for name, _ in _SET.findall(update)} & set(_COPIED.findall(update))
    return bool(copied or _RELATIVE.search(update))
