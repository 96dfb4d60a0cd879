"""An observer sees metrics throughout, tables as they are described, and tables that nobody knew of."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl
import pytest

from drill.errors import ProbeError, TargetError
from drill.probes.items import TablesObserver
from drill.tables import typed_table
from drill.targets.dynamodb import Tables, TableSpec

pytestmark = pytest.mark.lab


def described(asked: list[tuple[str, ...]]) -> Callable[[Sequence[str]], Mapping[str, pl.DataFrame]]:
    """A description that notes of which tables it was asked."""

    def describe(tables: Sequence[str]) -> Mapping[str, pl.DataFrame]:
        asked.append(tuple(tables))
        rows = [{"subject": each, "name": "seen", "value": "yes"} for each in tables]
        return {"settings": typed_table("settings", rows)}

    return describe


def test_metrics(tables: Tables, shared: str) -> None:
    """What is consumed shows within seconds, each datapoint once, dated on our clock."""
    observer = TablesObserver(target=tables, watched=(shared,))
    since_ns = time.monotonic_ns()
    with observer.watching():
        ends_s = time.monotonic() + 2.5
        while time.monotonic() < ends_s:
            tables.client().put_item(TableName=shared, Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    metrics = observer.tables()["metrics"]
    units = metrics.filter((pl.col("name") == "ConsumedWriteCapacityUnits") & (pl.col("region") == "us-east-1"))
    assert units["value"].sum() > 10
    assert set(units["subject"].cast(str)) == {shared}
    assert units["at_ns"].is_between(since_ns, time.monotonic_ns() + 2_000_000_000).all()
    keys = ["at_ns", "name", "subject", "detail", "region", "statistic"]
    assert metrics.select(keys).is_duplicated().sum() == 0
    operations = metrics.filter((pl.col("name") == "SuccessfulRequestLatency") & (pl.col("statistic") == "SampleCount"))
    assert "PutItem" in set(operations["detail"].cast(str))
    latency = metrics.filter(pl.col("name") == "ReplicationLatency")
    assert ("us-east-1", "us-west-2") in set(latency.select(pl.col("region", "detail").cast(str)).rows())


def test_a_table_that_nobody_knew_of(tables: Tables, shared: str) -> None:
    """It is found, its units are told as metrics of it, and it is described under the fault."""
    asked: list[tuple[str, ...]] = []
    observer = TablesObserver(target=tables, watched=(shared,), describe=described(asked), finds_new=True)
    name = f"forgotten-{uuid.uuid4().hex[:8]}"
    with observer.watching():
        observer.look("before")
        tables.create(TableSpec(name=name, read_units=70, write_units=80))
        ends_s = time.monotonic() + 10
        while len(asked) < 2:
            observer.look("during")
            time.sleep(0.05)
            assert time.monotonic() < ends_s
        tables.delete(name)
    assert asked == [(shared,), (name,)]
    seen = observer.tables()
    own = seen["metrics"].filter(pl.col("subject") == name).select(pl.col("name").cast(str), "value")
    assert {("ProvisionedReadCapacityUnits", 70.0), ("ProvisionedWriteCapacityUnits", 80.0)} <= set(own.rows())
    assert set(seen["settings"]["subject"].cast(str)) == {shared, name}


def test_other_tables_are_not_watched(tables: Tables, shared: str) -> None:
    """Unless it is asked to, it looks for none."""
    asked: list[tuple[str, ...]] = []
    observer = TablesObserver(target=tables, watched=(shared,), describe=described(asked))
    with observer.watching():
        name = f"other-{uuid.uuid4().hex[:8]}"
        tables.create(TableSpec(name=name))
        time.sleep(1.2)
        observer.look("during")
    assert asked == []


def test_glances_and_examinations(tables: Tables, shared: str) -> None:
    """A glance that sees nothing leaves nothing; an examination that sees nothing is an error."""
    rows = typed_table("found", [{"region": "r", "table": "t", "item": "i", "value": "v"}])

    def blind() -> Mapping[str, pl.DataFrame]:
        raise TargetError("nobody answers")

    observer = TablesObserver(
        target=tables,
        watched=(shared,),
        glances={"during": (blind, lambda: {"found_during": rows})},
        examinations=(blind,),
        known={"found": rows},
    )
    observer.look("before")
    assert set(observer.tables()) == {"found"}
    observer.look("during")
    assert set(observer.tables()) == {"found", "found_during"}
    with pytest.raises(TargetError):
        observer.examine()


def test_witnesses(tables: Tables, shared: str) -> None:
    """They are there throughout, and what they recorded stands beside what others did."""
    rows = typed_table("written", [{"request": "w", "value": "w", "outcome": "ok"}])
    left: list[str] = []

    class Witness:
        def tables(self) -> Mapping[str, pl.DataFrame]:
            if not left:
                raise ProbeError("still at it")
            return {"written": rows}

    @contextmanager
    def witness() -> Iterator[Witness]:
        yield Witness()
        left.append("gone")

    observer = TablesObserver(target=tables, watched=(shared,), witnesses=lambda: (witness(),), known={"written": rows})
    with observer.watching():
        assert left == []
    assert observer.tables()["written"].height == 2


def test_a_table_that_is_not_there(tables: Tables) -> None:
    """It is said before anything begins."""
    with pytest.raises(TargetError, match="nowhere"), TablesObserver(target=tables, watched=("nowhere",)).watching():
        pytest.fail("the block was entered")
