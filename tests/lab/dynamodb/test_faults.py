"""Faults as one value: begun and ended whole, drawn by lot, told to those who wait."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from lab.dynamodb.capacity.errors import REASONS, Billing
from lab.dynamodb.faults import Fault, Faults, Kind


class Facts:
    """A table on demand with two indexes."""

    def arn(self, table: str) -> str:
        """Its ARN."""
        return f"arn:{table}"

    def billing(self, _: str) -> Billing:
        """On demand."""
        return "PAY_PER_REQUEST"

    def indexes(self, _: str) -> Collection[str]:
        """Two."""
        return ["i", "j"]


@pytest.fixture
def faults() -> Faults:
    """None so far; what is to happen on the loop happens at once."""
    return Faults(on_loop=lambda call: call())


def fault(kind: Kind, *tables: str, region: str = "east", share: float = 1.0, reason: str = "every") -> Fault:
    """A fault of these tables."""
    return Fault(kind=kind, region=region, tables=frozenset(tables), share=share, reason=reason)


def test_faults_begin_and_end_together(faults: Faults) -> None:
    """The value is swapped whole: who has read it before keeps what it was."""
    before = faults.now
    end = faults.begin(fault(Kind.FAIL, "a"), fault(Kind.DELAY, "b"))
    during = faults.now
    assert (len(before), len(during)) == (0, 2)
    end()
    assert (len(during), faults.now) == (2, ())
    end()
    assert faults.now == ()


def test_one_fault_ends_and_the_other_stays(faults: Faults) -> None:
    """Two of the same kind are two."""
    end = faults.begin(fault(Kind.FAIL, "a"))
    faults.begin(fault(Kind.FAIL, "a"))
    end()
    assert len(faults.now) == 1


def test_who_waits_is_told_of_the_end() -> None:
    """On the loop's thread, also where the fault is ended from another."""

    async def held() -> bool:
        loop = asyncio.get_running_loop()
        faults = Faults(on_loop=loop.call_soon_threadsafe)
        silence = fault(Kind.SILENCE, "a")
        end = faults.begin(silence)
        waiting = loop.create_task(silence.ended.wait())
        await asyncio.to_thread(end)
        return await asyncio.wait_for(waiting, 5)

    assert asyncio.run(held())


def test_only_its_tables_in_its_region_are_hit(faults: Faults) -> None:
    """A call about several tables is hit if one of them is."""
    faults.begin(fault(Kind.FAIL, "a"))
    assert faults.hit("east", {"a", "b"})
    assert not faults.hit("east", {"b"})
    assert not faults.hit("west", {"a"})


def test_lots_come_out_the_same_again() -> None:
    """The random numbers are seeded."""
    runs = []
    for _ in range(2):
        faults = Faults(seed=7, on_loop=lambda call: call())
        runs.append([faults.drawn(0.5) for _ in range(50)])
    assert runs[0] == runs[1]
    assert 10 < sum(runs[0]) < 40


@pytest.mark.parametrize(
    ("kind", "index", "fitting"),
    [
        ("read", None, {each for each in REASONS if each.startswith("TableRead")}),
        ("read", "i", {each for each in REASONS if each.startswith("IndexRead")}),
        ("write", None, {each for each in REASONS if "Write" in each}),
    ],
)
def test_every_reason_fits_its_kind(faults: Faults, kind: str, index: str | None, fitting: set[str]) -> None:
    """Reads of a table, reads of an index, writes to both."""
    faults.begin(fault(Kind.THROTTLE, "a"))
    told = []
    for _ in range(24):
        refused = faults.refuse("east", Facts(), kind, "a", index)
        assert refused is not None
        told += [*refused.fields.get("ThrottlingReasons", ()), *refused.fields.get("throttlingReasons", ())]
    assert {each["reason"] for each in told} == fitting
    assert all(("/index/" in each["resource"]) == each["reason"].startswith("Index") for each in told)


def test_a_reason_that_does_not_fit_refuses_nothing(faults: Faults) -> None:
    """An index's reason is none for who reads the table."""
    faults.begin(fault(Kind.THROTTLE, "a", reason="IndexReadAccountLimitExceeded"))
    assert faults.refuse("east", Facts(), "read", "a", None) is None
    assert faults.refuse("east", Facts(), "write", "a", None) is None
    assert faults.refuse("east", Facts(), "read", "a", "i") is not None


def test_a_silent_region_is_paused_for_all_tables(faults: Faults) -> None:
    """As a dead one would be; a pause is for its tables alone."""
    assert faults.silent("east") is None
    faults.begin(fault(Kind.SILENCE))
    assert faults.silent("east")
    assert faults.paused("east", "any")
    assert not faults.paused("west", "any")
    faults.begin(fault(Kind.PAUSE, "a", region="west"))
    assert faults.paused("west", "a")
    assert not faults.paused("west", "b")
