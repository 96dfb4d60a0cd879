"""Every fault on tables takes effect, is seen by calls of its own, tells what it is, and is gone when healed."""

from __future__ import annotations

import time
from typing import Any

import pytest

from drill.errors import FaultError, NoEffect, Unsupported
from drill.faults import items as faults
from drill.faults.fault import await_effect
from drill.faults.items import ItemFault, ItemStage, effects
from drill.faults.items.culprits.modes import PADDING
from drill.faults.items.glimpse import peephole
from drill.targets.dynamodb import Tables
from tests.drill.faults.items.tables import happening, stage

pytestmark = pytest.mark.lab


def _words(each: object) -> str | None:
    """The id of a parameter: its words."""
    return each.strip(" :,").replace(" ", "-") if isinstance(each, str) else None


CUSTOMERS = tuple((f"customer#{number}", "profile") for number in range(3))


@pytest.mark.parametrize(
    ("fault", "seen", "told"),
    [
        (faults.throttled(), "is refused: ", {"cause": "throttled", "reason": "every"}),
        (
            faults.throttled("TableReadMaxOnDemandThroughputExceeded", 60),
            "TableReadMaxOnDemandThroughputExceeded",
            {"reason": "TableReadMaxOnDemandThroughputExceeded", "percentage": "60"},
        ),
        (faults.throttled("IndexReadAccountLimitExceeded"), "IndexReadAccountLimitExceeded", {}),
        (faults.slowed(150), " ms, usually ", {"cause": "slow", "delay_ms": "150"}),
        (faults.silenced(60), "gets no answer within", {"cause": "silent", "applied": "no"}),
        (faults.dropped(), "loses its connection", {"cause": "dropped", "applied": "half"}),
        (faults.failing(), "is answered with InternalServerError", {"cause": "server error"}),
        (faults.silent_region(), "gets no answer within", {"cause": "region down", "region": "us-east-1"}),
        (faults.paused_replication(absent_s=0.5), "is not in us-west-2", {"cause": "replication paused"}),
        (faults.none, "nothing was done", {}),
    ],
    ids=_words,
)
def test_what_fis_does(shop: ItemStage, fault: ItemFault, seen: str, told: dict[str, str]) -> None:
    """It is seen while it lasts; afterwards every kind of call is answered again."""
    with happening(fault, shop) as injection:
        assert seen in injection.confirm()
        assert injection.instance == "us-east-1"
        assert dict(injection.tells).items() >= told.items()
    assert [call().code for call in peephole(shop, shop.real("shop")).calls()] == [None, None, None]


@pytest.mark.parametrize(
    ("fault", "seen", "cause"),
    [
        (
            faults.hot_partition("customer#1"),
            "TableWriteKeyRangeThroughputExceeded",
            "hot partition",
        ),
        (faults.exhausted("small"), "TableReadProvisionedThroughputExceeded", "provisioned capacity exhausted"),
        (faults.capped("capped"), "TableWriteMaxOnDemandThroughputExceeded", "on-demand cap reached"),
        (faults.scan_under_load(), "pages of a scan were read", "scan under load"),
        (faults.runaway_scan(), "pages of a scan were read", "runaway scan"),
        (faults.hot_retry_loop(), "and is repeated", "hot retry loop"),
    ],
    ids=_words,
)
def test_what_culprits_do(on: ItemStage, fault: ItemFault, seen: str, cause: str) -> None:
    """It is seen, it names its cause and its table, and the culprits are gone when it is healed."""
    with happening(fault, on) as injection:
        assert seen in injection.confirm()
        assert injection.tells["cause"] == cause
        assert injection.tells["table"] in on.tables.values()
    injection.rows()


def test_growing_items(on: ItemStage) -> None:
    """Items grow step by step, one that is not there stays so, and each is as it was when it is healed."""
    before = _items(on, on.real("shop"))
    fault = faults.growing_items(
        (*CUSTOMERS, ("customer#none", "profile")), sizes_bytes=(1000, 2000), step_s=0.05, per_s=50
    )
    with happening(fault, on) as injection:
        assert "have grown to 1,000 bytes" in injection.confirm()
        ends_s = time.monotonic() + 5
        while len(_item(on, CUSTOMERS[2]).get(PADDING, {}).get("S", "")) < 2000:
            assert time.monotonic() < ends_s
        while not injection.over():
            assert time.monotonic() < ends_s
    assert _items(on, on.real("shop")) == before


def test_items_that_cannot_grow(on: ItemStage) -> None:
    """A size that no item may have is no growth: who asks whether all of it happened hears why not."""
    fault = faults.growing_items(CUSTOMERS, sizes_bytes=(1000, 500_000), step_s=0.05)
    with happening(fault, on) as injection:
        injection.confirm()
        with pytest.raises(FaultError, match="could not grow any more: ValidationException"):
            await_effect(lambda: "all of it" if injection.over() else None, what="growth", deadline_s=5)


def test_a_forgotten_table(on: ItemStage, tables: Tables) -> None:
    """It is there with its units, stands in the journal, and is deleted when it is healed."""
    with happening(faults.forgotten_table(read_units=70, write_units=80), on, "m1") as injection:
        assert "drill-m1-forgotten is paid for: 70/80 units" in injection.confirm()
        (entry,) = on.journal.entries().values()
        assert (entry.undo, entry.subject, entry.target) == ("delete table", "drill-m1-forgotten", "lab")
        assert injection.tells["write_units"] == "80"
    assert "drill-m1-forgotten" not in tables.client().list_tables()["TableNames"]
    assert not on.journal.entries()


def test_a_fault_that_does_nothing_is_no_effect(shop: ItemStage) -> None:
    """What was asked for, and cannot be seen by anybody, proves nothing."""
    nothing = faults.injected_tables(
        "lab:throttle-tables",
        {"reason": "IndexReadAccountLimitExceeded", "percentage": "100"},
        effect=effects.fails(),
        tells={},
        effect_deadline_s=0.3,
    )
    with happening(nothing, shop) as injection, pytest.raises(NoEffect, match="nothing was seen of lab:throttle"):
        injection.confirm()


def test_tables_of_a_team(on: ItemStage, tmp_path: Any) -> None:
    """Nothing is written into them: what would is unsupported, and what does not goes on."""
    theirs = stage(tmp_path, on.target, on.tables, is_ours=False)
    for fault in (
        faults.hot_partition("customer#1"),
        faults.exhausted("small"),
        faults.growing_items(CUSTOMERS),
        faults.hot_retry_loop(),
        faults.paused_replication(),
    ):
        with pytest.raises(Unsupported, match="the run's are a team's"), happening(fault, theirs):
            pytest.fail("the block was entered")
    with happening(faults.scan_under_load(), theirs) as injection:
        assert "pages" in injection.confirm()


def _items(on: ItemStage, table: str) -> list[Any]:
    assert isinstance(on.target, Tables)
    found: list[Any] = on.target.client().scan(TableName=table)["Items"]
    return sorted(found, key=str)


def _item(on: ItemStage, key: tuple[str, str]) -> Any:
    assert isinstance(on.target, Tables)
    wanted = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
    return on.target.client().get_item(TableName=on.real("shop"), Key=wanted).get("Item", {})
