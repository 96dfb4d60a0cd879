"""One call to a table, to see what becomes of it: harmless, sent once, and told in full.

A read gets an item that nobody has. A write deletes the same item, on the condition that it is not there: it costs a
write unit, meets every throttle that a write meets, and changes nothing even where somebody does have such an item.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from drill.faults.items.plain import plain_client
from drill.faults.items.stage import ItemStage

NOBODY: Mapping[str, Mapping[str, Any]] = {"S": {"S": "drill-look"}, "N": {"N": "-4711"}, "B": {"B": b"drill-look"}}
"""A key value of each type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """How one call ended: AWS's code or the name of botocore's exception (None: well), and how long it took.

    `reasons` are its ThrottlingReasons. `answered`: whether anything came back at all.
    """

    code: str | None
    reasons: tuple[str, ...]
    answered: bool
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Peephole:
    """A table through which calls are sent; made by `peephole`."""

    client: Any
    table: str
    key: Mapping[str, Any]
    indexes: tuple[tuple[str, str, Mapping[str, Any]], ...] = ()  # name, partition key, its value

    def read(self) -> Glimpse:
        """GetItem of nobody's key."""
        return glimpse(lambda: self.client.get_item(TableName=self.table, Key=self.key))

    def write(self) -> Glimpse:
        """DeleteItem of nobody's key."""
        first = next(iter(self.key))
        return glimpse(
            lambda: self.client.delete_item(
                TableName=self.table,
                Key=self.key,
                ConditionExpression="attribute_not_exists(#key)",
                ExpressionAttributeNames={"#key": first},
            )
        )

    def calls(self) -> tuple[Callable[[], Glimpse], ...]:
        """One call of each kind: a read, a write, a query of each index; each is sent when it is called."""
        return (self.read, self.write, *(partial(self.search, place) for place in range(len(self.indexes))))

    def search(self, place: int) -> Glimpse:
        """Query of the index at that place, for nobody's key."""
        return glimpse(partial(self._query, *self.indexes[place]))

    def _query(self, index: str, name: str, value: Mapping[str, Any]) -> Any:
        return self.client.query(
            TableName=self.table,
            IndexName=index,
            KeyConditionExpression="#key = :value",
            ExpressionAttributeNames={"#key": name},
            ExpressionAttributeValues={":value": value},
            Limit=1,
        )


def peephole(
    stage: ItemStage,
    table: str,
    *,
    region: str | None = None,
    partition: str | None = None,
    answer_within_s: float = 1.0,
) -> Peephole:
    """Ask for the table's keys and make a client; `partition` is the partition key's value, where it matters."""
    described = stage.target.describe(table, region=region)
    types = {each["AttributeName"]: each["AttributeType"] for each in described["AttributeDefinitions"]}
    key = {each["AttributeName"]: NOBODY[types[each["AttributeName"]]] for each in described["KeySchema"]}
    if partition is not None:
        name = partition_key(described)
        key[name] = {types[name]: partition}
    indexes = [
        (each["IndexName"], partition_key(each), NOBODY[types[partition_key(each)]])
        for each in described.get("GlobalSecondaryIndexes", ())
    ]
    return Peephole(
        client=plain_client(stage.place, region=region, answer_within_s=answer_within_s),
        table=table,
        key=key,
        indexes=tuple(indexes),
    )


def partition_key(described: Mapping[str, Any]) -> str:
    """The name of the partition key of a table or an index, as DescribeTable tells it."""
    return next(str(each["AttributeName"]) for each in described["KeySchema"] if each["KeyType"] == "HASH")


def glimpse(call: Callable[[], Any]) -> Glimpse:
    """Make one call, and see how it ends; raises nothing of boto3's."""
    since_s = time.monotonic()

    def ended(code: str | None = None, reasons: tuple[str, ...] = (), *, answered: bool = True) -> Glimpse:
        return Glimpse(code=code, reasons=reasons, answered=answered, took_s=time.monotonic() - since_s)

    try:
        call()
    except ClientError as error:
        return ended(error.response["Error"].get("Code", "?"), throttling_reasons(error.response))
    except BotoCoreError as error:
        return ended(type(error).__name__, answered=False)
    return ended()


def throttling_reasons(response: Mapping[str, Any]) -> tuple[str, ...]:
    """The reasons that an error of DynamoDB names; ThrottlingException writes their member small."""
    listed = response.get("ThrottlingReasons") or response.get("throttlingReasons") or ()
    return tuple(each["reason"] for each in listed if "reason" in each)
