"""Replication between regions is paused: each region goes on, and does not hear of the other."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

from drill.errors import Unsupported
from drill.faults.fault import Bound, look_on
from drill.faults.items.effects import Look
from drill.faults.items.glimpse import peephole
from drill.faults.items.injected import Asked, running
from drill.faults.items.plain import plain_client
from drill.faults.items.stage import ItemFault, ItemStage

ACTION = "aws:dynamodb:global-table-pause-replication"
ABSENT_S = 2.0
"""What has not arrived after so long is held up: replication usually takes less than a second (Developer Guide,
Global tables)."""
LOOK_EVERY_S = 0.1


def paused_replication(*, absent_s: float = ABSENT_S) -> ItemFault:
    """Pause the global tables of the run, by AWS's own action; confirmed by a write of our own that does not arrive."""

    def staged(stage: ItemStage) -> Bound:
        stage.require_ours("an item is written to see whether it arrives")
        names = tuple(each for each in stage.tables.values() if _is_global(stage, each))
        if not names:
            raise Unsupported("none of the run's tables has a replica")
        asked = Asked(action=ACTION, tables=names, parameters={}, tells={"cause": "replication paused"})
        return lambda mark: running(
            stage, asked, mark=mark, looking=lambda: _arrivals(stage, names[0], absent_s=absent_s)
        )

    return staged


def _is_global(stage: ItemStage, table: str) -> bool:
    return bool(stage.target.describe(table).get("Replicas"))


def _arrivals(stage: ItemStage, table: str, *, absent_s: float) -> Look:
    """A look that writes an item here, waits for it there, and takes it away again."""
    key = peephole(stage, table).key
    here = plain_client(stage.place, answer_within_s=2.0)
    there = plain_client(stage.place, region=stage.require_replica(), answer_within_s=2.0)
    numbers = itertools.count()

    def look() -> str | None:
        note = {"drill-look": {"N": str(next(numbers))}}
        here.put_item(TableName=table, Item={**key, **note})
        try:
            arrived = _within(absent_s, lambda: _notes(there, table, key) == note)
        finally:
            here.delete_item(TableName=table, Key=key)
        return (
            None
            if arrived
            else f"what is written to {table} is not in {stage.target.replica_region} {absent_s:g} s later"
        )

    return look


def _notes(client: Any, table: str, key: Any) -> dict[str, Any]:
    found = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
    return {name: value for name, value in found.items() if name not in key}


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    ends_s = time.monotonic() + seconds
    while time.monotonic() < ends_s:
        if condition():
            return True
        look_on()
        time.sleep(LOOK_EVERY_S)
    return False
