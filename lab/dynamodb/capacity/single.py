"""One item a call: GetItem, PutItem, UpdateItem, DeleteItem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.dynamodb.capacity.consumed import tell_one
from lab.dynamodb.capacity.core import Change
from lab.dynamodb.capacity.sizes import item_size
from lab.dynamodb.capacity.table import Cost, units_of
from lab.dynamodb.capacity.units import read_units
from lab.dynamodb.refused import Refused

if TYPE_CHECKING:
    from lab.dynamodb.capacity.core import Core
    from lab.dynamodb.capacity.sizes import Item
    from lab.dynamodb.capacity.table import MeteredTable

Body = dict[str, Any]


def get(core: Core, operation: str, body: Body) -> Body:
    """GetItem: a miss costs what the smallest item does."""
    now = core.now()
    table = core.table(body.get("TableName"), now)
    key = body.get("Key")
    if table is None or not key:
        return core.store.call(operation, body)
    place = table.place(key)
    refused = core.refusal(table, "read", None, place, now)
    if refused is not None:
        raise core.throttled(table, operation, refused)
    answer = core.store.call(operation, body)
    item = answer.get("Item")
    if "ProjectionExpression" in body or "AttributesToGet" in body:
        item = core.store.item(table.schema.name, key)  # what is left out of the answer was read all the same
    size = item_size(item) if item else 0
    costs = [Cost(None, read_units(size, consistent=bool(body.get("ConsistentRead"))), place)]
    table.spend("read", costs, now)
    core.succeeded(table, operation, 1 if item else 0)
    return tell_one(answer, body, table.schema, units_of(costs))


def write(core: Core, operation: str, body: Body) -> Body:
    """PutItem, UpdateItem or DeleteItem; a condition that fails costs what the write would have."""
    now = core.now()
    table = core.table(body.get("TableName"), now)
    key = None if table is None else _key(table, operation, body)
    if table is None or not key:
        return core.store.call(operation, body)
    place = table.place(key)
    refused = core.refusal(table, "write", None, place, now)
    if refused is not None:
        raise core.throttled(table, operation, refused)
    held = core.conflict(table, key, now)
    if held is not None:
        raise held
    before = core.store.item(table.schema.name, key)
    known = operation != "UpdateItem"  # of an update only the store can tell what it makes of the item
    after = body["Item"] if operation == "PutItem" else None
    costs = table.write_costs(before, after, place)
    if known:
        _hold_back(core, table, operation, costs, now)
    try:
        answer = core.store.call(operation, body)
    except Refused as error:
        if error.code == "ConditionalCheckFailedException":
            table.spend("write", costs[:1], now)
        raise
    if not known:
        after = core.store.item(table.schema.name, key)
        costs = table.write_costs(before, after, place)
        try:
            _hold_back(core, table, operation, costs, now)
        except Refused:
            core.restore(table, key, before)
            raise
    table.spend("write", costs, now)
    core.succeeded(table, operation)
    if before is not None or after is not None:
        core.changed(Change(table=table.schema.name, key=key, before=before, after=after))
    return tell_one(answer, body, table.schema, units_of(costs))


def _hold_back(core: Core, table: MeteredTable, operation: str, costs: list[Cost], now: float) -> None:
    if len(costs) == 1:
        return
    refused = table.index_refusal(costs, now)
    if refused is not None:
        core.note(table, "write", refused)
        raise core.throttled(table, operation, refused)


def _key(table: MeteredTable, operation: str, body: Body) -> Item | None:
    if operation != "PutItem":
        return body.get("Key")
    try:
        return table.schema.key(body["Item"])
    except KeyError:
        return None
