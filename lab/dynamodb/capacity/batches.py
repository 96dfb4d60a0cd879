"""BatchGetItem and BatchWriteItem: what did not fit comes back as unprocessed; if nothing fitted, all is refused.

Source: API reference of both. A batch that the store refuses as a whole (too long, a key twice) is not metered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.dynamodb.capacity.consumed import Units, tell
from lab.dynamodb.capacity.core import Change
from lab.dynamodb.capacity.errors import is_throttle
from lab.dynamodb.capacity.sizes import MOST_ITEM_BYTES, item_size
from lab.dynamodb.capacity.table import Cost, units_of
from lab.dynamodb.capacity.units import read_units
from lab.dynamodb.refused import Refused

if TYPE_CHECKING:
    from lab.dynamodb.capacity.core import Core
    from lab.dynamodb.capacity.errors import Kind
    from lab.dynamodb.capacity.sizes import Item
    from lab.dynamodb.capacity.table import MeteredTable

Body = dict[str, Any]

MOST_KEYS = 100
MOST_WRITES = 25
MOST_BYTES = 16 * 1024 * 1024


class _Batch:
    """What becomes of a batch, item by item."""

    def __init__(self) -> None:
        self.bills: dict[MeteredTable, Units] = {}
        self.served: dict[str, list[Any]] = {}
        self.left: dict[str, list[Any]] = {}
        self.refused: Refused | None = None
        self.tables: list[MeteredTable] = []

    def serve(self, name: str, request: Any, table: MeteredTable, costs: list[Cost]) -> None:
        """Carry this one out, and charge for it."""
        self.served.setdefault(name, []).append(request)
        units_of(costs, self.bills.setdefault(table, {}))

    def leave(self, name: str, request: Any, refused: Refused | None = None) -> None:
        """Give this one back; only a throttle can be why all of a batch is refused."""
        self.left.setdefault(name, []).append(request)
        if self.refused is None and refused is not None and is_throttle(refused):
            self.refused = refused

    def end(self, core: Core, operation: str) -> None:
        """Raise what was refused first if nothing was served; count the requests."""
        if self.refused is not None and not self.served:
            for table in self.tables:
                core.throttled(table, operation, self.refused)
            raise self.refused


def get(core: Core, operation: str, body: Body) -> Body:
    """BatchGetItem: each item is rounded for itself; what exceeds 16 MB is left as well."""
    now = core.now()
    asked: Body = body.get("RequestItems") or {}
    tables = _tables(core, asked, now)
    keys = [(name, repr(sorted(key.items()))) for name, one in asked.items() for key in one.get("Keys") or ()]
    if tables is None or not 0 < len(keys) <= MOST_KEYS or len(set(keys)) < len(keys):
        return core.store.call(operation, body)
    batch = _Batch()
    batch.tables = list(tables.values())
    total_bytes = 0
    for name, one in asked.items():
        table, consistent = tables[name], bool(one.get("ConsistentRead"))
        for key in one["Keys"]:
            place = table.place(key)
            refused = core.refusal(table, "read", None, place, now)
            if refused is not None:
                batch.leave(name, key, refused)
                continue
            item = core.store.item(table.schema.name, key)
            size = item_size(item) if item else 0
            total_bytes += size
            if total_bytes > MOST_BYTES:
                batch.leave(name, key)
                continue
            costs = [Cost(None, read_units(size, consistent=consistent), place)]
            table.spend("read", costs, now)
            batch.serve(name, key, table, costs)
    batch.end(core, operation)
    served = {name: {**asked[name], "Keys": keys} for name, keys in batch.served.items()}
    answer = core.store.call(operation, {**body, "RequestItems": served})
    left = answer.get("UnprocessedKeys") or {}
    for name, keys in batch.left.items():
        left[name] = {**asked[name], "Keys": [*left.get(name, {}).get("Keys", ()), *keys]}
    answer["UnprocessedKeys"] = left
    for name, table in tables.items():
        core.succeeded(table, operation, len((answer.get("Responses") or {}).get(name, ())))
    return tell(answer, body, batch.bills)


def write(core: Core, operation: str, body: Body) -> Body:
    """BatchWriteItem: each put and delete for itself, as PutItem and DeleteItem without a condition."""
    now = core.now()
    asked: dict[str, list[Body]] = body.get("RequestItems") or {}
    if sum(map(len, asked.values())) > MOST_WRITES:
        message = f"Too many items requested for the BatchWriteItem call: the most is {MOST_WRITES}"
        raise Refused(400, "ValidationException", message)
    _bounded(asked)
    tables = _tables(core, asked, now)
    keyed = None if tables is None else _keyed(asked, tables)
    if tables is None or keyed is None:
        return core.store.call(operation, body)
    batch = _Batch()
    batch.tables = list(tables.values())
    changes: list[Change] = []
    for name, request, key in keyed:
        table = tables[name]
        place = table.place(key)
        refused = core.refusal(table, "write", None, place, now) or core.conflict(table, key, now)
        if refused is None:
            before, after = core.store.item(table.schema.name, key), _after(request)
            costs = table.write_costs(before, after, place)
            refused = table.index_refusal(costs, now)
            if refused is None:
                table.spend("write", costs, now)
                batch.serve(name, request, table, costs)
                if before is not None or after is not None:
                    changes.append(Change(table=table.schema.name, key=key, before=before, after=after))
                continue
            core.note(table, _WRITE, refused)
        batch.leave(name, request, refused)
    batch.end(core, operation)
    answer = core.store.call(operation, {**body, "RequestItems": batch.served})
    left = answer.get("UnprocessedItems") or {}
    for name, requests in batch.left.items():
        left[name] = [*left.get(name, ()), *requests]
    answer["UnprocessedItems"] = left
    for table in tables.values():
        core.succeeded(table, operation)
    for change in changes:
        core.changed(change)
    return tell(answer, body, batch.bills)


_WRITE: Kind = "write"


def _tables(core: Core, asked: Body, now: float) -> dict[str, MeteredTable] | None:
    tables = {name: core.table(name, now) for name in asked}
    known = {name: table for name, table in tables.items() if table is not None}
    return known if len(known) == len(tables) else None


def _bounded(asked: Body) -> None:
    """Refuse the whole batch for one item that is too large, before any of it is written."""
    for requests in asked.values():
        for request in requests:
            item = (request.get("PutRequest") or {}).get("Item") if isinstance(request, dict) else None
            if isinstance(item, dict) and _size(item) > MOST_ITEM_BYTES:
                raise Refused(400, "ValidationException", "Item size has exceeded the maximum allowed size")


def _size(item: Item) -> int:
    try:
        return item_size(item)
    except (AttributeError, TypeError, ValueError):
        return 0  # it is none, which the store says better


def _keyed(asked: dict[str, list[Body]], tables: dict[str, MeteredTable]) -> list[tuple[str, Body, Item]] | None:
    """Every request with its table and key; None if the batch is one that DynamoDB refuses."""
    keyed: list[tuple[str, Body, Item]] = []
    try:
        for name, requests in asked.items():
            for request in requests:
                ((kind, one),) = request.items()
                key = tables[name].schema.key(one["Item"] if kind == "PutRequest" else one["Key"])
                keyed.append((name, request, key))
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    different = {(name, repr(key)) for name, _, key in keyed}
    return keyed if keyed and len(different) == len(keyed) else None


def _after(request: Body) -> Item | None:
    put = request.get("PutRequest")
    return None if put is None else put["Item"]
