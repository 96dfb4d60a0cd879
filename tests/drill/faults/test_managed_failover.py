"""The failover that the control plane carries out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from drill.errors import FaultError, NoEffect
from drill.faults import managed_failover
from drill.faults import none as no_fault
from tests.drill.memory import InMemory, member, three


def test_nobody_is_named_unless_asked_for() -> None:
    """Whoever is next is the control plane's own choice."""
    target = InMemory()
    with managed_failover()(target, mark="m") as injection:
        assert injection.instance == "a"
    assert target.calls == [("fail_over", "whoever is next")]


def test_the_last_choice_is_named() -> None:
    """The named reader is the one of the highest tier, so that the name is seen to count."""
    target = InMemory(members=(member("a", writes=True), member("b", tier=9), member("c", tier=3)))
    with managed_failover(to_named_reader=True)(target, mark="m"):
        pass
    assert target.calls == [("fail_over", "b")]


def test_its_effect_is_the_event_that_it_started() -> None:
    """Started confirms it; only Completed means that it is over."""
    target = InMemory()
    with managed_failover()(target, mark="m") as injection:
        target.events.append((None, "Started cross AZ failover to DB instance: b"))
        assert "Started" in injection.confirm()
        assert not injection.over()
        target.events.append((None, "Completed failover to DB instance: b"))
        assert injection.over()


def test_an_older_failover_confirms_nothing() -> None:
    """Events from before the fault was asked for are not its effect."""
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    target = InMemory(events=[(long_ago, "Completed failover to DB instance: b")])
    with managed_failover()(target, mark="m") as injection:
        assert not injection.over()


def test_a_refused_failover_is_an_error() -> None:
    """What the control plane refuses was not injected."""
    refusal = FaultError("rds:FailoverDBCluster for memory at x: InvalidDBClusterStateFault: failing-over")
    with (
        pytest.raises(FaultError, match="InvalidDBClusterStateFault"),
        managed_failover()(InMemory(refuses=refusal), mark="m"),
    ):
        pytest.fail("the block was entered")


@pytest.mark.parametrize("members", [three(writer=None), (member("a", writes=True),)], ids=["no writer", "no reader"])
def test_a_cluster_without_both_roles_is_left_alone(members: tuple) -> None:
    """There is nothing to fail over between."""
    target = InMemory(members=members)
    with pytest.raises(FaultError, match="no writer and reader"), managed_failover()(target, mark="m"):
        pytest.fail("the block was entered")
    assert target.calls == []


def test_no_fault_asks_for_nothing() -> None:
    """The no-op confirms just that, and the target hears of nothing."""
    target = InMemory()
    with no_fault(target, mark="m") as injection:
        assert (injection.instance, injection.confirm()) == ("a", "nothing was done")
        assert injection.over()
    assert target.calls == []


def test_silence_is_no_effect() -> None:
    """Where nothing is seen by the deadline, the fault is said to have had no effect."""
    from drill.faults.fault import await_effect

    with pytest.raises(NoEffect, match="nothing was seen of an event within 0 s"):
        await_effect(lambda: None, what="an event", deadline_s=0)
