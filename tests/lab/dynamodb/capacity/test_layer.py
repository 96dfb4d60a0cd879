"""The layer as a whole: against a model, beside faults, and in a hurry."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from lab.dynamodb.capacity import Kind, Metered, throttled
from lab.dynamodb.refused import Refused
from tests.lab.dynamodb.capacity.world import LAVISH, World, index, item, key

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/t"
KB = 1024


class Tokens:
    """A token bucket in its plainest form."""

    def __init__(self, rate: int) -> None:
        self.rate, self.tokens = rate, float(rate)

    def wait(self, seconds: float) -> None:
        """Fill."""
        self.tokens = min(self.tokens + seconds * self.rate, self.rate * 300.0)


class LayerAgainstModel(RuleBasedStateMachine):
    """A provisioned table with an index, beside a model of three buckets and a dict of items."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.table("t", units=(3, 5), global_=(index("g", "g", units=(3, 2)),))
        self.reads, self.writes, self.indexed = Tokens(3), Tokens(5), Tokens(2)
        self.items: dict[str, tuple[int, str]] = {}

    @rule(sixteenths=st.integers(min_value=1, max_value=200))
    def wait(self, sixteenths: int) -> None:
        """Time passes."""
        self.world.clock.wait(sixteenths / 16)
        for each in (self.reads, self.writes, self.indexed):
            each.wait(sixteenths / 16)

    @rule(name=st.sampled_from("abc"), kilobytes=st.integers(min_value=1, max_value=9), place=st.sampled_from("xy"))
    def put(self, name: str, kilobytes: int, place: str) -> None:
        """A put is admitted exactly while table and index have tokens, and costs its units."""
        before = self.items.get(name)
        wanted = before is None or before[1] != place
        throttle = None
        if self.writes.tokens <= 0:
            throttle = "TableWriteProvisionedThroughputExceeded"
        elif wanted and self.indexed.tokens <= 0:
            throttle = "IndexWriteProvisionedThroughputExceeded"
        body = {"TableName": "t", "Item": item(name, kilobytes * KB, g=place)}
        if throttle:
            assert self.world.refused("PutItem", **body).fields["ThrottlingReasons"][0]["reason"] == throttle
            return
        self.world.call("PutItem", **body)
        self.writes.tokens -= max(kilobytes, before[0] if before else 0)
        self.indexed.tokens -= 0 if not wanted else 2 if before else 1
        self.items[name] = (kilobytes, place)

    @rule(name=st.sampled_from("abc"), consistent=st.booleans())
    def get(self, name: str, consistent: bool) -> None:  # noqa: FBT001  # hypothesis draws it
        """A read is admitted exactly while there are tokens."""
        body = {"TableName": "t", "Key": key(name), "ConsistentRead": consistent}
        if self.reads.tokens <= 0:
            self.world.refused("GetItem", **body)
            return
        assert ("Item" in self.world.call("GetItem", **body)) == (name in self.items)
        blocks = -(-self.items.get(name, (1, ""))[0] // 4)
        self.reads.tokens -= blocks if consistent else blocks / 2

    @rule(name=st.sampled_from("abc"))
    def delete(self, name: str) -> None:
        """A delete costs what was there, of the table and of the index."""
        before = self.items.get(name)
        if self.writes.tokens <= 0 or (before and self.indexed.tokens <= 0):
            self.world.refused("DeleteItem", TableName="t", Key=key(name))
            return
        self.world.call("DeleteItem", TableName="t", Key=key(name))
        self.writes.tokens -= before[0] if before else 1
        self.indexed.tokens -= 1 if before else 0
        self.items.pop(name, None)

    @invariant()
    def holds(self) -> None:
        """What is stored is what was admitted."""
        for name in "abc":
            assert (self.world.store.item("t", key(name)) is not None) == (name in self.items)


LayerAgainstModel.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestLayerAgainstModel = LayerAgainstModel.TestCase


def test_every_written_item_is_told_of(world: World) -> None:
    """Whoever watches is told of every item written, with its images before and after, and of nothing else."""
    world.table("t")
    world.call("PutItem", TableName="t", Item=item("a", w="1"))
    values = {":w": {"S": "2"}}
    world.call(
        "UpdateItem", TableName="t", Key=key("a"), UpdateExpression="SET w = :w", ExpressionAttributeValues=values
    )
    world.call("GetItem", TableName="t", Key=key("a"))
    world.call("DeleteItem", TableName="t", Key=key("a"))
    world.call("DeleteItem", TableName="t", Key=key("a"))
    assert [(each.table, each.key, each.before, each.after) for each in world.changes] == [
        ("t", key("a"), None, item("a", w="1")),
        ("t", key("a"), item("a", w="1"), item("a", w="2")),
        ("t", key("a"), item("a", w="2"), None),
    ]


@pytest.mark.parametrize(
    ("operation", "body", "asked"),
    [
        ("GetItem", {"Key": key("a")}, ("read", "t", None)),
        ("PutItem", {"Item": item("a")}, ("write", "t", None)),
        (
            "Query",
            {"KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "x"}}, "IndexName": "g"},
            ("read", "t", "g"),
        ),
        ("Scan", {"IndexName": "g"}, ("read", "t", "g")),
        ("Scan", {}, ("read", "t", None)),
    ],
    ids=["get", "put", "query of an index", "scan of an index", "scan"],
)
def test_a_fault_is_asked_before_capacity(
    world: World, operation: str, body: dict[str, Any], asked: tuple[Kind, str, str | None]
) -> None:
    """A fault is asked once an item, and its refusal is what the caller sees, counted as a throttle and not charged."""
    world.table("t", units=(10, 10), global_=(index("g", "g", everything=True, units=(10, 10)),))
    seen: list[tuple[Kind, str, str | None]] = []
    reason = f"{'Table' if asked[2] is None else 'Index'}{asked[0].capitalize()}AccountLimitExceeded"
    arn = world.store.describe("t")["TableArn"] + (f"/index/{asked[2]}" if asked[2] else "")

    def refuse(kind: Kind, table: str, named: str | None) -> Refused | None:
        seen.append((kind, table, named))
        return throttled(reason, arn, "PROVISIONED")

    world.metered.refuse = refuse
    assert world.refused(operation, TableName="t", **body).code == "RequestLimitExceeded"
    assert seen == [asked]
    used = world.metered.consumption()
    assert used.uses["t", asked[2]].reasons == {reason: 1}
    assert used.operations["t", operation].throttled == 1
    assert sum(each.read_units + each.write_units for each in used.uses.values()) == 0


def test_what_is_not_throttled_is_not_counted_so(world: World) -> None:
    """A condition that fails and a call that is wrong are no throttles."""
    world.table("t")
    world.call("PutItem", TableName="t", Item=item("a"))
    world.refused("PutItem", TableName="t", Item=item("a"), ConditionExpression="attribute_not_exists(id)")
    world.refused("PutItem", TableName="t", Item={"other": {"S": "x"}})
    world.refused("GetItem", TableName="nowhere", Key=key("a"))
    used = world.metered.consumption()
    assert used.uses["t", None].write_throttles == 0
    assert used.operations["t", "PutItem"].throttled == 0
    assert used.operations["t", "PutItem"].succeeded == 1


def test_a_copy_of_the_counts_stays(world: World) -> None:
    """What was counted at a moment does not change with what comes after."""
    world.table("t")
    world.call("PutItem", TableName="t", Item=item("a"))
    then = world.metered.consumption()
    world.call("PutItem", TableName="t", Item=item("a"))
    assert then.uses["t", None].write_units == 1
    assert world.metered.consumption().uses["t", None].write_units == 2


def test_replicated_writes_are_charged_and_not_told_of(world: World) -> None:
    """A write from another region costs what it would here, is never refused, and is not told of again."""
    world.table("t", units=(1, 1))
    for _ in range(5):
        world.metered.replicated("t", None, item("a", 3 * KB))
    assert world.metered.consumption().uses["t", None].write_units == 15
    assert world.changes == []
    assert world.refused("PutItem", TableName="t", Item=item("b")).code == "ProvisionedThroughputExceededException"


def test_a_table_is_known_by_its_arn(world: World) -> None:
    """A call that names a table by its ARN meets the same capacity."""
    world.table("t", units=(1, 1))
    arn = world.store.describe("t")["TableArn"]
    world.call("PutItem", TableName="t", Item=item("a"))
    assert world.refused("PutItem", TableName=arn, Item=item("a")).code == "ProvisionedThroughputExceededException"


def test_a_local_index_gives_what_it_does_not_have(world: World) -> None:
    """A query of a local index for all attributes, or for one that it lacks, gets them from the table."""
    world.table("t", ranged=True, local=(index("l", "id", "s"),))
    world.call("PutItem", TableName="t", Item=item("a", at="1", s="x", w="1"))
    body: dict[str, Any] = {
        "KeyConditionExpression": "id = :i",
        "ExpressionAttributeValues": {":i": {"S": "a"}},
        "IndexName": "l",
    }
    told = world.call("Query", TableName="t", Select="ALL_ATTRIBUTES", **body)
    assert told["Items"] == [item("a", at="1", s="x", w="1")]
    told = world.call("Query", TableName="t", ProjectionExpression="s, w", **body)
    assert told["Items"] == [{"s": {"S": "x"}, "w": {"S": "1"}}]
    assert world.call("Query", TableName="t", **body)["Items"] == [item("a", at="1", s="x")]


class Nothing:
    """A store that does nothing, to see what the layer takes."""

    def __init__(self) -> None:
        self.there = {"id": {"S": "a"}, "n": {"N": "7"}, "v": {"S": "x" * 300}}

    def call(self, _operation: str, _body: dict[str, Any]) -> dict[str, Any]:
        """Answer nothing."""
        return {}

    def item(self, _table: str, _key: object) -> dict[str, Any]:
        """Always the same."""
        return self.there

    def describe(self, table: str) -> Mapping[str, Any]:
        """A table on demand, without indexes."""
        return {
            "TableName": table,
            "TableArn": ARN,
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        }


def test_the_layer_is_quick() -> None:
    """A put costs less than 60 µs more with the layer around its store, at the best of several attempts."""
    metered = Metered(Nothing(), now=time.monotonic, limits=LAVISH)
    bodies = [
        {"TableName": "t", "Item": {"id": {"S": str(each)}, "n": {"N": "7"}, "v": {"S": "x" * 300}}}
        for each in range(1000)
    ]
    best_s = float("inf")
    for _ in range(10):
        began_s = time.perf_counter()
        for body in bodies:
            metered.call("PutItem", body)
        best_s = min(best_s, (time.perf_counter() - began_s) / len(bodies))
    assert best_s < 60e-6
