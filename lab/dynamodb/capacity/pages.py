"""Query and Scan: a page costs what was evaluated for it, whatever a filter or projection leaves of it.

Source: Developer Guide, "Read consumption for Query" and "Read consumption for Scan": the sizes of the items evaluated
are added up and rounded once. On an index they are the sizes of its entries; what a query on a local index asks for and
the index does not have is read from the table, each item for itself ("Local Secondary Indexes", read capacity units).
A Scan is charged to the table, not to the partition keys that it meets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lab.dynamodb.capacity.consumed import tell_one
from lab.dynamodb.capacity.schema import hot_value
from lab.dynamodb.capacity.sizes import item_size
from lab.dynamodb.capacity.table import Cost, units_of
from lab.dynamodb.capacity.units import read_units

if TYPE_CHECKING:
    from lab.dynamodb.capacity.core import Core
    from lab.dynamodb.capacity.schema import Index
    from lab.dynamodb.capacity.table import MeteredTable

Body = dict[str, Any]

_FILTERS = ("FilterExpression", "QueryFilter", "ScanFilter", "ConditionalOperator")
_SHAPES = ("ProjectionExpression", "AttributesToGet")
_LEFT_OUT = frozenset((*_FILTERS, *_SHAPES, "Select", "ReturnConsumedCapacity"))
_NAMED = re.compile(r"[#:]\w+")
_EQUALS = re.compile(r"([#\w.\-]+)\s*=\s*(:\w+)")
_TOP = re.compile(r"[^.\[\s]+")


def page(core: Core, operation: str, body: Body) -> Body:
    """Query or Scan: a page that finds nothing costs what the smallest read does."""
    now = core.now()
    table = core.table(body.get("TableName"), now)
    if table is None:
        return core.store.call(operation, body)
    named = body.get("IndexName")
    index = None if named is None else table.schema.index(named)
    if named is not None and index is None:
        return core.store.call(operation, body)
    place = _place(table, index, body) if operation == "Query" else None
    refused = core.refusal(table, "read", index, place, now)
    if refused is not None:
        raise core.throttled(table, operation, refused)
    answer, evaluated = _evaluated(core, operation, body)
    consistent = bool(body.get("ConsistentRead"))
    units = read_units(sum(item_size(each) for each in evaluated), consistent=consistent)
    costs = [Cost(index, units, place)]
    fetched = 0.0 if index is None else _fetched(core, table, index, body, answer, evaluated)
    if fetched:
        costs.append(Cost(None, fetched, place))
    table.spend("read", costs, now)
    core.succeeded(table, operation, answer.get("Count", 0))
    return tell_one(answer, body, table.schema, units_of(costs))


def _evaluated(core: Core, operation: str, body: Body) -> tuple[Body, list[Body]]:
    """The answer, and the items that were looked at for it: the same page without filter and projection."""
    if any(name in body for name in (*_FILTERS, *_SHAPES)):
        answer = core.store.call(operation, body)  # first: what is wrong with it is refused as it was asked
        return answer, core.store.call(operation, _bare(body)).get("Items") or []
    if body.get("Select") != "COUNT":
        answer = core.store.call(operation, body)
        return answer, answer.get("Items") or []
    answer = core.store.call(operation, {name: value for name, value in body.items() if name != "Select"})
    return answer, answer.pop("Items", None) or []


def _bare(body: Body) -> Body:
    """The same request for all of every item; without the names that only the filter and projection used."""
    bare = {name: value for name, value in body.items() if name not in _LEFT_OUT}
    used = set(_NAMED.findall(bare.get("KeyConditionExpression", "")))
    for member in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        left = {name: value for name, value in bare.pop(member, {}).items() if name in used}
        if left:
            bare[member] = left
    return bare


def _place(table: MeteredTable, index: Index | None, body: Body) -> str | None:
    """The partition key that a query asks for, in one word; None if it is told in a way that the store will refuse."""
    keys = (table.schema.partition_key,) if index is None or index.local else index.partition_key
    names, values = body.get("ExpressionAttributeNames") or {}, body.get("ExpressionAttributeValues") or {}
    asked = {
        names.get(name, name): values[value]
        for name, value in _EQUALS.findall(body.get("KeyConditionExpression", ""))
        if value in values
    }
    for name, condition in (body.get("KeyConditions") or {}).items():
        if condition.get("ComparisonOperator") == "EQ" and condition.get("AttributeValueList"):
            asked[name] = condition["AttributeValueList"][0]
    return hot_value(keys, asked)


def _fetched(core: Core, table: MeteredTable, index: Index, body: Body, answer: Body, evaluated: list[Body]) -> float:
    """Units of reading from the table what a local index lacks; the answer gets it, where no filter picks from it."""
    if not index.local or index.projected is None:
        return 0.0
    lacking = _asked(body) - set(index.projected)
    everything = body.get("Select") == "ALL_ATTRIBUTES"
    if not lacking and not everything:
        return 0.0
    units = 0.0
    shown = answer.get("Items") or []
    whole_page = len(shown) == len(evaluated)
    for place, entry in enumerate(evaluated):
        item = core.store.item(table.schema.name, table.schema.key(entry)) or {}
        units += read_units(item_size(item), consistent=bool(body.get("ConsistentRead")))
        if whole_page:
            shown[place] = item if everything else shown[place] | {name: item[name] for name in lacking if name in item}
    return units


def _asked(body: Body) -> set[str]:
    """The attributes that a projection names, without what is below them."""
    names = body.get("ExpressionAttributeNames") or {}
    tops = (_TOP.match(path.strip()) for path in body.get("ProjectionExpression", "").split(","))
    return {names.get(top[0], top[0]) for top in tops if top} | set(body.get("AttributesToGet") or ())
