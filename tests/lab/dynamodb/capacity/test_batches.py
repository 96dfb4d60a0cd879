"""Batches: what does not fit comes back, and what comes back was not done."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.dynamodb.capacity import Kind, throttled
from lab.dynamodb.refused import Refused
from tests.lab.dynamodb.capacity.world import World, index, item, key

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/t"


def puts(*items: dict[str, Any]) -> list[dict[str, Any]]:
    """Requests to put these."""
    return [{"PutRequest": {"Item": each}} for each in items]


def test_a_batch_that_fits_is_done(world: World) -> None:
    """A batch for which there is capacity leaves nothing unprocessed, and every item is told of."""
    world.table("t", units=(100, 100))
    told = world.call("BatchWriteItem", RequestItems={"t": puts(item("a"), item("b"))})
    assert told["UnprocessedItems"] == {}
    assert [change.key for change in world.changes] == [key("a"), key("b")]
    told = world.call("BatchGetItem", RequestItems={"t": {"Keys": [key("a"), key("b"), key("c")]}})
    assert told["UnprocessedKeys"] == {}
    assert len(told["Responses"]["t"]) == 2


def test_the_part_that_does_not_fit_comes_back(world: World) -> None:
    """With capacity for two of five writes, three come back as they were sent, and only two are done and told of."""
    world.table("t", units=(2, 2))
    sent = puts(*(item(str(each)) for each in range(5)))
    told = world.call("BatchWriteItem", RequestItems={"t": sent}, ReturnConsumedCapacity="TOTAL")
    assert told["UnprocessedItems"] == {"t": sent[2:]}
    assert told["ConsumedCapacity"] == [{"TableName": "t", "CapacityUnits": 2.0}]
    assert len(world.changes) == 2
    assert [world.store.item("t", key(str(each))) is not None for each in range(5)] == [True, True, False, False, False]
    used = world.metered.consumption()
    assert used.uses["t", None].write_throttles == 3
    assert used.operations["t", "BatchWriteItem"].throttled == 0
    assert used.operations["t", "BatchWriteItem"].succeeded == 1


def test_keys_that_do_not_fit_come_back(world: World) -> None:
    """With capacity for two of five reads, three keys come back, with how they were to be read."""
    world.table("t", units=(2, 100))
    for each in range(5):
        world.call("PutItem", TableName="t", Item=item(str(each)))
    keys = [key(str(each)) for each in range(5)]
    asked = {"Keys": keys, "ConsistentRead": True, "ProjectionExpression": "id"}
    told = world.call("BatchGetItem", RequestItems={"t": asked})
    assert told["UnprocessedKeys"] == {"t": {**asked, "Keys": keys[2:]}}
    assert told["Responses"]["t"] == keys[:2]


@pytest.mark.parametrize("operation", ["BatchWriteItem", "BatchGetItem"])
def test_a_batch_of_which_nothing_fits_is_refused(world: World, operation: str) -> None:
    """A batch of which nothing fits is refused as a single request would be, and counted as throttled."""
    world.table("t", units=(1, 1))
    world.call("PutItem", TableName="t", Item=item("a"))
    world.call("GetItem", TableName="t", Key=key("a"), ConsistentRead=True)
    asked: Any = puts(item("b"), item("c")) if operation == "BatchWriteItem" else {"Keys": [key("a"), key("b")]}
    refused = world.refused(operation, RequestItems={"t": asked})
    assert refused.code == "ProvisionedThroughputExceededException"
    used = world.metered.consumption()
    assert used.operations["t", operation].throttled == 1
    assert used.uses["t", None].read_throttles + used.uses["t", None].write_throttles == 2


def test_an_exhausted_table_leaves_the_others(world: World) -> None:
    """Of a batch over two tables, the part of the exhausted one comes back."""
    world.table("t", units=(1, 1))
    world.table("u", units=(10, 10))
    world.call("PutItem", TableName="t", Item=item("a"))
    sent = {"t": puts(item("b")), "u": puts(item("b"))}
    told = world.call("BatchWriteItem", RequestItems=sent)
    assert told["UnprocessedItems"] == {"t": sent["t"]}


def test_an_index_holds_a_part_back(world: World) -> None:
    """Items for which an index has no capacity come back; the others are done."""
    world.table("t", units=(100, 100), global_=(index("g", "g", units=(1, 1)),))
    sent = puts(item("a", g="x"), item("b", g="x"), item("c"))
    told = world.call("BatchWriteItem", RequestItems={"t": sent})
    assert told["UnprocessedItems"] == {"t": [sent[1]]}
    used = world.metered.consumption().uses
    assert used["t", "g"].reasons == {"IndexWriteProvisionedThroughputExceeded": 1}


def test_what_exceeds_16_mb_comes_back(world: World) -> None:
    """A batch of more than 16 MB is answered in part, and costs that part."""
    world.table("t")
    for each in range(50):
        world.call("PutItem", TableName="t", Item=item(str(each), 390 * 1024))
    keys = [key(str(each)) for each in range(50)]
    told = world.call("BatchGetItem", RequestItems={"t": {"Keys": keys}}, ReturnConsumedCapacity="TOTAL")
    served = len(told["Responses"]["t"])
    assert served == 16 * 1024 // 390
    assert told["UnprocessedKeys"]["t"]["Keys"] == keys[served:]
    assert told["ConsumedCapacity"][0]["CapacityUnits"] == served * 49


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("BatchWriteItem", puts(item("a"), item("a"))),
        ("BatchWriteItem", puts(*(item(str(each)) for each in range(26)))),
        ("BatchGetItem", {"Keys": [key("a"), key("a")]}),
        ("BatchGetItem", {"Keys": [key(str(each)) for each in range(101)]}),
    ],
    ids=["the same twice", "26 writes", "the same key twice", "101 keys"],
)
def test_an_ill_formed_batch_is_refused_whole(world: World, operation: str, asked: Any) -> None:
    """A batch that is too long, or has a key twice, is a ValidationException even where a part of it would not fit."""
    world.table("t", units=(1, 1))
    assert world.refused(operation, RequestItems={"t": asked}).code == "ValidationException"
    assert world.changes == []
    assert all(each.write_units == 0 for each in world.metered.consumption().uses.values())


def test_an_unknown_table_is_refused(world: World) -> None:
    """A batch that names a table which is not there is refused."""
    world.table("t")
    sent = {"t": puts(item("a")), "nowhere": puts(item("a"))}
    assert world.refused("BatchWriteItem", RequestItems=sent).code == "ResourceNotFoundException"


@given(lots=st.lists(st.booleans(), min_size=1, max_size=25))
def test_every_item_is_done_or_comes_back(lots: list[bool]) -> None:
    """Whatever part is throttled: the items that come back and those that are stored are all, and none is both."""
    world = World()
    world.table("t")
    draws = iter(lots)

    def refuse(kind: Kind, table: str, index: str | None) -> Refused | None:
        assert (kind, table, index) == ("write", "t", None)
        return throttled("TableWriteKeyRangeThroughputExceeded", ARN, "PAY_PER_REQUEST") if next(draws) else None

    world.metered.refuse = refuse
    sent = puts(*(item(f"{each:02}") for each in range(len(lots))))
    if all(lots):
        assert world.refused("BatchWriteItem", RequestItems={"t": sent}).code == "ThrottlingException"
        left = sent
    else:
        left = world.call("BatchWriteItem", RequestItems={"t": sent})["UnprocessedItems"].get("t", [])
    stored = [each for each in sent if world.store.item("t", key(each["PutRequest"]["Item"]["id"]["S"]))]
    assert left == [each for each, lot in zip(sent, lots, strict=True) if lot]
    assert stored == [each for each, lot in zip(sent, lots, strict=True) if not lot]
    assert len(world.changes) == len(stored)
    assert next(draws, None) is None, "each item is asked for once"
