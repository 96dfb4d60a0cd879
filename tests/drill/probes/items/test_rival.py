"""A second writer writes in its region throughout, and tells of every value how it ended."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from drill.errors import LimitReached, ProbeError
from drill.items import Place
from drill.probes.items import RivalPlan, found, rival
from drill.targets.dynamodb import Tables

pytestmark = pytest.mark.lab


def plan(place: Place, table: str) -> RivalPlan:
    """Two items, a hundred times a second."""
    return RivalPlan(
        place=place,
        region="us-west-2",
        table=table,
        keys=("pk", "sk"),
        items=(("r#1", "s"), ("r#2", "s")),
        rate_per_s=100.0,
        run="m",
    )


def test_it_writes(tables: Tables, place: Place, shared: str) -> None:
    """Each value is its own; what it was told is written is there, in its region."""
    with rival(plan(place, shared)) as writer:
        with pytest.raises(ProbeError, match="never stopped"):
            writer.tables()
        ends_s = time.monotonic() + 5
        while found(tables, shared, "us-west-2").height < 2:
            assert time.monotonic() < ends_s
    written = writer.tables()["written"]
    assert written.height == written["value"].n_unique() > 1
    assert set(written["outcome"].cast(str)) == {"ok"}
    assert set(written["region"].cast(str)) == {"us-west-2"}
    last = {row["item"]: row["value"] for row in written.sort("completed_ns").to_dicts()}
    assert last == {row["item"]: row["value"] for row in found(tables, shared, "us-west-2").to_dicts()}


def test_it_cannot(place: Place) -> None:
    """What was refused is FAILED, with no region."""
    with rival(plan(place, "nowhere")) as writer:
        time.sleep(0.2)
    written = writer.tables()["written"]
    assert set(written["outcome"].cast(str)) == {"failed"}
    assert written["region"].null_count() == written.height > 0


def test_it_is_bounded(place: Place, shared: str) -> None:
    """After its time it has ended by itself, and whoever counted on it hears of it."""
    short = replace(plan(place, shared), duration_s=0.3)
    assert RivalPlan.load(short.dump()) == short
    with pytest.raises(LimitReached, match=r"the second writer has stopped after 0\.3 s"), rival(short):
        time.sleep(0.6)
