"""What one client of each mode does in one step: calls of boto3, made by a thread of its own.

A step raises ClientError where DynamoDB refuses it; who calls it counts that. `number` is the step's, from 0, over all
clients together.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from drill.faults.items.culprits.plan import CulpritPlan, Mode

SPREAD = 25
"""So many items are written again and again, so that a culprit's tables stay as small as they are."""
PADDING = "padding"
"""The attribute that makes an item as large as wanted; our own, and nobody else's."""
PAGE_ITEMS = 1000
"""A page of Scan ends after 1 MB (API reference, Scan), or after so many items."""

Step = Callable[[int], bool]
"""Makes one call; True: a round is complete."""


class Finished(Exception):
    """There is nothing left to do, until we are told to go."""


def step_of(plan: CulpritPlan, client: Any) -> Step:
    """What one client of the plan's mode repeats."""
    return _MODES[plan.mode](plan, client)


def shrink(plan: CulpritPlan, client: Any) -> None:
    """Take the padding away that items were grown with; all else was written to tables of our own, which go."""
    for partition, sort in plan.items:
        # An item that has none, or is gone, stays as it is.
        with contextlib.suppress(client.exceptions.ConditionalCheckFailedException):
            client.update_item(
                TableName=plan.table,
                Key=_key(plan, partition, sort),
                UpdateExpression="REMOVE #padding",
                ConditionExpression="attribute_exists(#padding)",
                ExpressionAttributeNames={"#padding": PADDING},
            )


def _write(plan: CulpritPlan, client: Any) -> Step:
    """Put the next of a few large items with one partition key."""
    items = [_padded(plan, number) for number in range(SPREAD if plan.sort_key else 1)]

    def step(number: int) -> bool:
        client.put_item(TableName=plan.table, Item=items[number % len(items)])
        return False

    return step


def _demand(plan: CulpritPlan, client: Any) -> Step:
    """By turns a put and a strongly consistent get of a small item."""

    def step(number: int) -> bool:
        which = number // 2 % SPREAD if plan.sort_key else 0
        if number % 2:
            client.get_item(TableName=plan.table, Key=_own_key(plan, which), ConsistentRead=True)
        else:
            client.put_item(TableName=plan.table, Item=_padded(plan, which))
        return False

    return step


def _scan(plan: CulpritPlan, client: Any) -> Step:
    """The next page; after the last one the first again."""
    start: Mapping[str, Any] = {}

    def step(_: int) -> bool:
        nonlocal start
        page = client.scan(TableName=plan.table, Limit=PAGE_ITEMS, **start)
        last = page.get("LastEvaluatedKey")
        start = {"ExclusiveStartKey": last} if last else {}
        return not last

    return step


def _repeat(plan: CulpritPlan, client: Any) -> Step:
    """A put that is refused each time, since its item is there already; a failed condition costs units all the same."""

    def step(_: int) -> bool:
        client.put_item(
            TableName=plan.table,
            Item=_padded(plan, 0),
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": plan.partition_key},
        )
        return False

    return step


def _grow(plan: CulpritPlan, client: Any) -> Step:
    """The next item is padded to the next size; a round is complete when all have it. The last size stays."""
    done = 0  # a step that was throttled is done again

    def step(_: int) -> bool:
        nonlocal done
        place, which = divmod(done, len(plan.items))
        if place >= len(plan.sizes_bytes):
            raise Finished
        with contextlib.suppress(client.exceptions.ConditionalCheckFailedException):  # it is not there
            client.update_item(
                TableName=plan.table,
                Key=_key(plan, *plan.items[which]),
                UpdateExpression="SET #padding = :padding",
                ConditionExpression="attribute_exists(#key)",
                ExpressionAttributeNames={"#padding": PADDING, "#key": plan.partition_key},
                ExpressionAttributeValues={":padding": {"S": "x" * plan.sizes_bytes[place]}},
            )
        done += 1
        return which == len(plan.items) - 1

    return step


_MODES: Mapping[Mode, Callable[[CulpritPlan, Any], Step]] = {
    Mode.WRITE: _write,
    Mode.DEMAND: _demand,
    Mode.SCAN: _scan,
    Mode.REPEAT: _repeat,
    Mode.GROW: _grow,
}


def _own_key(plan: CulpritPlan, number: int) -> dict[str, Any]:
    return _key(plan, plan.partition, f"drill-culprit#{number:02d}" if plan.sort_key else None)


def _key(plan: CulpritPlan, partition: str, sort: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {plan.partition_key: {"S": partition}}
    return found | {plan.sort_key: {"S": sort}} if plan.sort_key and sort is not None else found


def _padded(plan: CulpritPlan, number: int) -> dict[str, Any]:
    key = _own_key(plan, number)
    known = sum(len(name) + len(value["S"]) for name, value in key.items()) + len(PADDING)
    return {**key, PADDING: {"S": "x" * max(1, plan.item_bytes - known)}}
