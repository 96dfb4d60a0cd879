"""Ask an application on DynamoDB something, once, and see what it sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from drill.application.dynamodb import reference
from drill.items import ItemApplication, ItemFactory, ItemRequest, Place, Put
from drill.load.items.calls import ASKED, Calls
from drill.requests import Answer, Transfer

T = TypeVar("T")

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
GET = ItemRequest(
    key="k-1", pattern="get", operation="get_item", arguments={"TableName": "t", "Key": KEY}, reads_only=True
)
PUT = ItemRequest(
    key="k-2",
    pattern="put",
    operation="put_item",
    arguments={"TableName": "t", "Item": {**KEY, "value": {"S": "k-2"}}},
    reads_only=False,
    puts=(Put(table="t", item="a|b", value="k-2"),),
)
ADD = ItemRequest(
    key="k-3",
    pattern="add",
    operation="update_item",
    arguments={
        "TableName": "t",
        "Key": KEY,
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    },
    reads_only=False,
)
ADD_ONCE = ItemRequest(
    key="k-4",
    pattern="add-once",
    operation="update_item",
    arguments={
        **ADD.arguments,
        "UpdateExpression": "SET last = :key ADD n :one",
        "ConditionExpression": "last <> :key",
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":key": {"S": "k-4"}},
    },
    reads_only=False,
)
BATCH = ItemRequest(
    key="k-5",
    pattern="batch",
    operation="batch_write_item",
    arguments={"RequestItems": {"t": [{"PutRequest": {"Item": {"pk": {"S": str(n)}}}} for n in range(4)]}},
    reads_only=False,
)
TRANSACT = ItemRequest(
    key="k-6",
    pattern="transact",
    operation="transact_write_items",
    arguments={"TransactItems": [{"Update": dict(ADD.arguments)}]},
    reads_only=False,
)
TRANSFER = Transfer(key="t-1", source=1, destination=2, amount=5)


def asked(place: Place, wanted: ItemRequest | Transfer, factory: ItemFactory = reference) -> tuple[Answer, Calls]:
    """What the application answers, and the calls that it sent."""
    calls = Calls(place)

    async def ask(application: ItemApplication) -> Answer:
        ASKED.set((wanted.key, "transfer" if isinstance(wanted, Transfer) else wanted.pattern))
        return await (application.transfer(wanted) if isinstance(wanted, Transfer) else application.perform(wanted))

    return opened(place, ask, factory, calls), calls


def opened(
    place: Place,
    work: Callable[[ItemApplication], Coroutine[Any, Any, T]],
    factory: ItemFactory = reference,
    calls: Calls | None = None,
) -> T:
    """Open it on a loop of its own, and do something with it."""
    from drill.items import ItemSurroundings

    async def whole() -> T:
        async with factory(ItemSurroundings(place=place, client=calls or Calls(place))) as application:
            return await work(application)

    return asyncio.run(whole())
