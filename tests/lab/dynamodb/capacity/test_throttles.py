"""Throttling: for which reason, in which words, and never for what was not asked for."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ClientError

from lab.dynamodb.capacity import REASONS, AccountLimits, Billing, throttled
from lab.dynamodb.capacity.errors import LIMITS
from lab.dynamodb.refused import Refused
from tests.lab.dynamodb.capacity.world import LAVISH, World, index, item, key

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/t"


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def seen(refused: Refused) -> dict[str, Any]:
    """What a plain boto3 client makes of a refusal."""
    client = boto3.client(
        "dynamodb",
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )
    body = json.dumps(refused.body()).encode()
    client.meta.events.register(
        "before-send.dynamodb", lambda request, **_: AWSResponse(request.url, refused.status, HTTPHeaders(), _Raw(body))
    )
    with pytest.raises(ClientError) as caught:
        client.get_item(TableName="t", Key=key("a"))
    return dict(caught.value.response)


_TOO_FEW = (
    "ProvisionedThroughputExceededException",
    "The level of configured provisioned throughput for ",
    "ThrottlingReasons",
)
_SHAPES = {
    "ProvisionedThroughput": _TOO_FEW,
    "MaxOnDemandThroughput": (
        "ThrottlingException",
        "Throughput exceeds the maximum OnDemandThroughput configured on table or index",
        "throttlingReasons",
    ),
    "AccountLimit": (
        "RequestLimitExceeded",
        "Throughput exceeds the current throughput limit for your account.",
        "ThrottlingReasons",
    ),
    # A hot key is told in the words of the billing.
    "PROVISIONED": _TOO_FEW,
    "PAY_PER_REQUEST": ("ThrottlingException", "Throughput exceeds the current capacity ", "throttlingReasons"),
}


@pytest.mark.parametrize("billing", ["PROVISIONED", "PAY_PER_REQUEST"])
@pytest.mark.parametrize("reason", REASONS)
def test_a_client_sees_the_documented_shape(reason: str, billing: Billing) -> None:
    """Status 400, the exception of the limit, its words, and the reason and resource in the member of its shape."""
    arn = f"{ARN}/index/g" if reason.startswith("Index") else ARN
    told = seen(throttled(reason, arn, billing))
    limit = next(each for each in LIMITS if each in reason)
    exception, words, member = _SHAPES[limit if limit != "KeyRangeThroughput" else billing]
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert told["Error"]["Code"] == exception
    assert told["Error"]["Message"].startswith(words)
    assert told[member] == [{"reason": reason, "resource": arn}]


def test_there_are_16_reasons() -> None:
    """The 16 are all different, and another word is none of them."""
    assert len(set(REASONS)) == 16
    with pytest.raises(ValueError, match="no ThrottlingReason"):
        throttled("TableReadSlow", ARN, "PROVISIONED")


def _put(world: World) -> None:
    world.call("PutItem", TableName="t", Item=item("a", g="x"))


def _get(world: World) -> None:
    world.call("GetItem", TableName="t", Key=key("a"))


def _query(world: World) -> None:
    body = {"KeyConditionExpression": "g = :x", "ExpressionAttributeValues": {":x": {"S": "x"}}}
    world.call("Query", TableName="t", IndexName="g", **body)


def _put_another(numbers: Iterator[int]) -> Callable[[World], None]:
    """Items of partitions of their own, which are all in one of the index."""

    def ask(world: World) -> None:
        world.call("PutItem", TableName="t", Item=item(str(next(numbers)), g="x"))

    return ask


def _put_moved(numbers: Iterator[int]) -> Callable[[World], None]:
    """One item, whose entry moves there and back: one unit of the table, two of the index."""

    def ask(world: World) -> None:
        world.call("PutItem", TableName="t", Item=item("a", g="xy"[next(numbers) % 2]))

    return ask


def _world(reason: str) -> tuple[World, Callable[[World], None]]:
    """A region in which nothing is scarce but the one thing, and a call that uses it."""
    resource, kind = reason[:5], "read" if "Read" in reason else "write"
    limits = LAVISH
    if "KeyRange" in reason:
        limits = replace(limits, **{f"key_{kind}_units": 2})
    if "AccountLimit" in reason:
        limits = replace(limits, **{f"table_{kind}_units": 3})
    world = World(limits)
    scarce, plenty = (2, 2), (10_000, 10_000)
    table: dict[str, Any] = {"units": None, "caps": None}
    indexed: dict[str, Any] = {"units": None, "caps": None}
    if "Provisioned" in reason:
        table["units"], indexed["units"] = (scarce, plenty) if resource == "Table" else (plenty, scarce)
    if "MaxOnDemand" in reason:
        table["caps"], indexed["caps"] = (scarce, plenty) if resource == "Table" else (plenty, scarce)
    world.table("t", global_=(index("g", "g", **indexed),), **table)
    if kind == "read":
        return world, _get if resource == "Table" else _query
    if resource == "Table":
        return world, _put
    return world, _put_moved(count()) if "AccountLimit" in reason else _put_another(count())


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_comes_of_real_consumption(reason: str) -> None:
    """Each limit, where it is the scarce one, refuses with its reason and resource; later there is some again."""
    world, ask = _world(reason)
    refused: Refused | None = None
    for _ in range(10):
        try:
            ask(world)
        except Refused as met:
            refused = met
            break
    assert refused is not None, "nothing was scarce"
    told = refused.fields.get("ThrottlingReasons") or refused.fields.get("throttlingReasons")
    assert told is not None
    assert told[0]["reason"] == reason
    arn = world.store.describe("t")["TableArn"]
    assert told[0]["resource"] == (arn if reason.startswith("Table") else f"{arn}/index/g")
    world.clock.wait(1.5)
    ask(world)
    used = world.metered.consumption().uses["t", None if reason.startswith("Table") else "g"]
    assert used.reasons == {reason: 1}
    assert used.read_throttles + used.write_throttles == 1


def test_a_held_back_write_changes_nothing() -> None:
    """A write for which an index has no capacity is refused, and leaves items, counts and watchers as they were."""
    world = World()
    world.table("t", units=(100, 100), global_=(index("g", "g", units=(100, 1)),))
    world.call("PutItem", TableName="t", Item=item("a", g="x"))
    world.changes.clear()
    used = world.metered.consumption().uses["t", None].write_units
    for operation, body in (
        ("PutItem", {"Item": item("a", g="y")}),
        ("PutItem", {"Item": item("b", g="y")}),
        ("DeleteItem", {"Key": key("a")}),
        (
            "UpdateItem",
            {"Key": key("a"), "UpdateExpression": "SET g = :y", "ExpressionAttributeValues": {":y": {"S": "y"}}},
        ),
        (
            "UpdateItem",
            {"Key": key("b"), "UpdateExpression": "SET g = :y", "ExpressionAttributeValues": {":y": {"S": "y"}}},
        ),
    ):
        refused = world.refused(operation, TableName="t", **body)
        assert refused.fields["ThrottlingReasons"][0]["reason"] == "IndexWriteProvisionedThroughputExceeded"
        assert world.store.item("t", key("a")) == item("a", g="x")
        assert world.store.item("t", key("b")) is None
    assert world.changes == []
    assert world.metered.consumption().uses["t", None].write_units == used
    # What the index does not have needs no capacity of it.
    world.call("PutItem", TableName="t", Item=item("c"))


def test_a_local_index_uses_the_capacity_of_its_table() -> None:
    """A local index has no units of its own: its writes and reads are its table's."""
    world = World()
    world.table("t", ranged=True, units=(1, 3), local=(index("l", "id", "s"),))
    world.call("PutItem", TableName="t", Item=item("a", at="1", s="x"))  # 1 for the table, 1 for the index
    world.call("PutItem", TableName="t", Item=item("a", at="2", s="x"))
    refused = world.refused("PutItem", TableName="t", Item=item("a", at="3"))
    assert refused.fields["ThrottlingReasons"][0]["reason"] == "TableWriteProvisionedThroughputExceeded"


def test_unused_capacity_is_kept_for_300_s() -> None:
    """After a long idle a table of 1 unit serves 300 at once, and not one more."""
    world = World()
    world.table("t", units=(1, 1))
    world.clock.wait(3600)
    served = 0
    while served < 400:
        try:
            _put(world)
        except Refused:
            break
        served += 1
    assert served == 300


def test_a_cap_is_taken_off() -> None:
    """A cap of -1 is none, and units that are provisioned anew count from then on."""
    world = World()
    world.table("t", caps=(1, 1))
    _put(world)
    assert world.refused("PutItem", TableName="t", Item=item("a")).code == "ThrottlingException"
    world.call("UpdateTable", TableName="t", OnDemandThroughput={"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1})
    for _ in range(10):
        _put(world)


def test_a_new_on_demand_table_takes_4000_writes() -> None:
    """Within its first second a new on-demand table takes 4,000 units of writes and 12,000 of reads."""
    world = World(AccountLimits(key_write_units=1e9, key_read_units=1e9))
    world.table("t")
    for number in range(40):
        world.call("PutItem", TableName="t", Item=item(str(number), 100 * 1024))
    refused = world.refused("PutItem", TableName="t", Item=item("a"))
    assert refused.code == "ThrottlingException"
    assert refused.fields["throttlingReasons"][0]["reason"] == "TableWriteKeyRangeThroughputExceeded"


def test_a_peak_is_taken_twice_half_an_hour_later() -> None:
    """An on-demand table that had 100 units in a second takes 200 at once, 30 minutes later and not before."""
    world = World(replace(LAVISH, new_write_units=10))
    world.table("t")
    large, small = item("a", 100 * 1024), item("b")
    world.call("PutItem", TableName="t", Item=large)
    world.clock.wait(25 * 60)
    world.call("PutItem", TableName="t", Item=large)
    assert world.refused("PutItem", TableName="t", Item=small).code == "ThrottlingException"
    world.clock.wait(6 * 60)
    world.call("GetItem", TableName="t", Key=key("a"))  # at the latest now the table is seen to have grown
    world.clock.wait(1)
    for _ in range(2):
        world.call("PutItem", TableName="t", Item=large)
    assert world.refused("PutItem", TableName="t", Item=small).code == "ThrottlingException"


def test_a_hot_key_leaves_the_others_alone() -> None:
    """One key over 1,000 writes a second is refused; another key is served."""
    world = World(AccountLimits())
    world.table("t")
    for _ in range(10):
        world.call("PutItem", TableName="t", Item=item("hot", 100 * 1024))
    assert world.refused("PutItem", TableName="t", Item=item("hot")).code == "ThrottlingException"
    assert world.refused("DeleteItem", TableName="t", Key=key("hot")).code == "ThrottlingException"
    world.call("PutItem", TableName="t", Item=item("cold"))
    world.call("GetItem", TableName="t", Key=key("hot"))


def test_a_table_made_anew_begins_anew() -> None:
    """A table deleted and made again has the capacity of a new one."""
    world = World()
    world.table("t", units=(1, 1))
    world.call("PutItem", TableName="t", Item=item("a", 100 * 1024))
    assert world.refused("PutItem", TableName="t", Item=item("a")).code == "ProvisionedThroughputExceededException"
    world.call("DeleteTable", TableName="t")
    world.table("t", units=(1, 1))
    _put(world)


def test_changes_past_the_layer_are_noticed() -> None:
    """Units that autoscaling changes in the store count a second later, or at once if the layer is told to look."""
    world = World()
    world.table("t", units=(1, 1))
    _put(world)
    many = {"ReadCapacityUnits": 100, "WriteCapacityUnits": 100}
    world.store.call("UpdateTable", {"TableName": "t", "ProvisionedThroughput": many})
    assert world.refused("PutItem", TableName="t", Item=item("a"))
    world.metered.forget()
    world.clock.wait(0.1)
    for _ in range(5):
        _put(world)
        world.clock.wait(0.02)  # two units at the new rate
