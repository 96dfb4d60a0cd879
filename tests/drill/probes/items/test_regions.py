"""Both regions are read until they are equal, or for as long as the deadline says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from drill.probes.items import in_surviving_region, until_equal
from drill.targets.dynamodb import Tables

pytestmark = pytest.mark.lab


def put(tables: Tables, table: str, value: str, region: str) -> None:
    """The same item again and again."""
    item = {"pk": {"S": "r"}, "sk": {"S": "s"}, "value": {"S": value}}
    tables.client(region=region).put_item(TableName=table, Item=item)


def settings(seen: Any) -> dict[str, str]:
    """What is told of the moments."""
    return dict(seen["settings"].select("name", "value").cast(str).rows())


def test_equal(tables: Tables, shared: str) -> None:
    """A change that is under way is waited for; the moment is on our clock."""
    put(tables, shared, "one", "us-east-1")
    since_ns = time.monotonic_ns()
    seen = until_equal(tables, (shared,), deadline_s=10, sleep=lambda _: time.sleep(0.02))()
    assert sorted(seen["found"]["region"].to_list()) == ["us-east-1", "us-west-2"]
    assert set(seen["found"]["value"]) == {"one"}
    assert since_ns < int(settings(seen)["equal_at_ns"]) <= time.monotonic_ns()


def test_never_equal(tables: Tables, shared: str) -> None:
    """What differs when the deadline has passed stands as it is, and is said to."""
    numbers = iter(range(1000))

    def meanwhile(_: float) -> None:
        put(tables, shared, f"value {next(numbers)}", "us-east-1")

    put(tables, shared, "first", "us-east-1")
    seen = until_equal(tables, (shared,), sleep=meanwhile, now_ns=_clock(step_s=4))()
    told = settings(seen)
    assert told["equal_at_ns"] == "never"
    assert told["unequal_at_ns"] != "never"


def _clock(*, step_s: int) -> Callable[[], int]:
    """Each look at it is so much later."""
    moments: Iterator[int] = iter(range(0, 10**15, step_s * 10**9))
    return lambda: next(moments)


def test_what_the_other_region_shows(tables: Tables, shared: str) -> None:
    """A glance at one region, under a name of its own."""
    put(tables, shared, "there", "us-west-2")
    seen = in_surviving_region(tables, (shared,), "us-west-2")()
    assert [row["value"] for row in seen["found_during"].to_dicts()] == ["there"]
