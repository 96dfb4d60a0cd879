"""The loss of a reader, and two failovers one after the other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from drill.errors import FaultError, Halted, TargetError, Unsupported
from drill.faults import failover_and_back, meanwhile, reader_loss
from tests.drill.memory import InMemory, member
from tests.drill.probes.server import Server


def test_a_reader_is_lost_where_the_target_can(postgres: Server) -> None:
    """The reader of the lowest tier is hit, and seen to be gone; it is let go in the end."""
    target = InMemory(at=postgres.address, offers=frozenset({"lab:lose-reader"}), on_start=lambda _: postgres.kill())
    with reader_loss(target, mark="m") as injection:
        assert injection.instance == injection.tells["reader"] == "b"
        assert "b is gone" in injection.confirm()
    assert [call[:2] for call in target.calls] == [("start", "lab:lose-reader"), ("stop", "EXP0")]


def test_a_reader_is_restarted_where_it_cannot(postgres: Server) -> None:
    """By the control plane's own call; another life of the same instance is seen."""

    def restart(_: str) -> None:
        postgres.kill()
        postgres.start()

    target = InMemory(at=postgres.address, offers=frozenset(), on_start=restart)
    with reader_loss(target, mark="m") as injection:
        assert "b was started anew at" in injection.confirm()
    assert target.calls == [("reboot", "b")]


def test_without_a_reader_none_is_lost() -> None:
    """There is nobody to lose."""
    target = InMemory(members=(member("a", writes=True),))
    with pytest.raises(Unsupported, match="has no reader"), reader_loss(target, mark="m"):
        pytest.fail("the block was entered")


def telling(target: InMemory, *, refusals: int = 0, words: str = "Completed failover to DB instance: ") -> None:
    """Have the control plane carry out what it is asked for, but refuse the second failover so often."""
    left = refusals

    def on_fail_over(to: str | None) -> None:
        nonlocal left
        if to is not None and left:
            left -= 1
            raise FaultError("rds:FailoverDBCluster: InvalidDBClusterStateFault: failing-over")
        heir = to or "b"
        target.events += [
            (datetime.now(UTC), f"Started cross AZ failover to DB instance: {heir}"),
            (datetime.now(UTC), f"{words}{heir}"),
        ]

    target.on_fail_over = on_fail_over


@pytest.mark.parametrize("refusals", [0, 2])
def test_it_fails_over_and_back_at_once(refusals: int) -> None:
    """The second is asked for by the first writer's name, again and again while the cluster is not ready for it."""
    target = InMemory()
    target.events.append((datetime.now(UTC), "Completed failover to DB instance: a"))  # somebody's, just before
    telling(target, refusals=refusals)
    with failover_and_back(target, mark="m") as injection:
        assert not injection.over()
        assert injection.confirm() == "a failover was completed, and one back to a was begun"
        assert injection.over()
        assert (injection.instance, injection.heir, injection.moves_writer) == ("a", "a", False)
    assert target.calls == [("fail_over", "whoever is next"), *[("fail_over", "a")] * (refusals + 1)]


@pytest.mark.parametrize("looks", [1, 2])
def test_who_looks_on_may_end_it_before_the_way_back(looks: int) -> None:
    """An alarm may ring by the first failover's end, or while the cluster refuses the second: no more is asked for."""
    target, looked = InMemory(), list[None]()
    telling(target, refusals=5)

    def look() -> None:
        looked.append(None)
        if len(looked) == looks:
            raise Halted("alarm errors rings")

    with failover_and_back(target, mark="m") as injection, meanwhile(look), pytest.raises(Halted):
        injection.confirm()
    assert target.calls == [("fail_over", "whoever is next"), *[("fail_over", "a")] * (looks - 1)]


def test_a_failover_that_fails_is_told() -> None:
    """In the control plane's words."""
    target = InMemory()
    telling(target, words="Cluster failover failed, promoting the previous primary: ")
    with failover_and_back(target, mark="m") as injection, pytest.raises(FaultError, match="the control plane says"):
        injection.confirm()


def test_another_refusal_is_an_error() -> None:
    """What is not allowed is not tried again."""
    target = InMemory()
    telling(target)
    with failover_and_back(target, mark="m") as injection:
        target.refuses = FaultError("rds:FailoverDBCluster: AccessDenied")
        with pytest.raises(FaultError, match="AccessDenied"):
            injection.confirm()


def test_a_control_plane_that_is_away_has_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again; nothing is over yet."""
    target = InMemory()
    telling(target)
    with failover_and_back(target, mark="m") as injection:
        monkeypatch.setattr(InMemory, "failover_events", away)
        assert not injection.over()


def away(_self: InMemory, _since: datetime) -> tuple[str, ...]:
    """Nobody answers."""
    raise TargetError("rds:DescribeEvents: Throttling")


def test_a_single_instance_is_left_alone() -> None:
    """There is nothing to fail over between."""
    target = InMemory(members=(member("a", writes=True),))
    with pytest.raises(FaultError, match="no writer and reader"), failover_and_back(target, mark="m"):
        pytest.fail("the block was entered")
    assert target.calls == []
