"""Faults that FIS carries out: started under a mark, seen, and stopped however the block is left."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drill.errors import FaultError, NoEffect, NotHealed, Unsupported
from drill.faults.injected import DURATION_S, injected
from drill.targets.target import Target
from tests.drill.memory import InMemory, three

ACTION = "lab:freeze-zone"


def seen(_target: Target, writer: str) -> Callable[[], str | None]:
    """An effect that shows at once."""
    return lambda: f"{writer} is silent"


def test_it_is_started_under_its_mark_and_with_an_end_of_its_own() -> None:
    """After a crash it is found by its mark, and ends by itself should nobody look."""
    target = InMemory()
    with injected(target, ACTION, mark="m7", effect=seen) as injection:
        assert injection.instance == "a"
        assert injection.confirm() == "a is silent"
    assert target.calls == [("start", ACTION, "m7", f"{DURATION_S:g}"), ("stop", "EXP0")]


@pytest.mark.parametrize("error", [None, ValueError("a bug"), KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_it_heals_on_every_way_out(error: BaseException | None) -> None:
    """The experiment is stopped, and what left the block goes on."""
    target = InMemory()
    ended = []
    try:
        with injected(target, ACTION, mark="m", effect=seen):
            if error:
                raise error  # noqa: TRY301 - the block is left by it
    except BaseException as left:  # noqa: BLE001 - whatever it was
        ended.append(left)
    assert ended == ([error] if error else [])
    assert target.running == []


def test_a_failed_experiment_is_no_effect() -> None:
    """FIS's own reason is told."""
    target = InMemory(starts_as="failed", reason="there is no writer")
    with (
        pytest.raises(NoEffect, match="lab:freeze-zone failed: there is no writer"),
        injected(target, ACTION, mark="m", effect=seen) as injection,
    ):
        injection.confirm()


def test_an_action_that_is_not_offered_is_unsupported() -> None:
    """Nothing is started, and the reason names the action."""
    target = InMemory(offers=frozenset())
    with pytest.raises(Unsupported, match=ACTION), injected(target, ACTION, mark="m", effect=seen):
        pytest.fail("the block was entered")
    assert target.calls == []


def test_a_fault_that_cannot_be_stopped_says_how_to_go_on() -> None:
    """NotHealed names the fault and `drill heal`, whatever else went wrong before."""
    with (
        pytest.raises(NotHealed, match=r"lab:freeze-zone on memory could not be undone .*`drill heal`") as raised,
        injected(InMemory(stubborn=1), ACTION, mark="m", effect=seen),
    ):
        raise ValueError("a bug")
    assert isinstance(raised.value.__cause__, FaultError)


@pytest.mark.parametrize("error", [FaultError("fis:StartExperiment: read timed out"), KeyboardInterrupt()], ids=repr)
def test_a_start_without_an_answer_is_stopped_by_its_mark(error: BaseException) -> None:
    """It may have started all the same: an answer that was lost does not undo the fault."""
    target = InMemory(refuses=error)
    with pytest.raises(type(error)), injected(target, ACTION, mark="m", effect=seen):
        pytest.fail("the block was entered")
    assert target.running == []


def test_a_start_without_an_answer_that_cannot_be_stopped_is_not_healed() -> None:
    """The journal must keep it."""
    target = InMemory(refuses=FaultError("fis:StartExperiment: read timed out"), stubborn=1)
    with pytest.raises(NotHealed), injected(target, ACTION, mark="m", effect=seen):
        pytest.fail("the block was entered")


def test_an_interrupted_heal_is_not_healed() -> None:
    """A second Ctrl-C while the fault is being stopped ends the run, and does not look like a healed fault."""
    target = InMemory()

    def interrupt() -> None:
        raise KeyboardInterrupt

    target.on_stop = interrupt
    with pytest.raises(KeyboardInterrupt) as raised, injected(target, ACTION, mark="m", effect=seen):
        pass
    assert isinstance(raised.value.__cause__, NotHealed)


def test_a_cluster_without_a_writer_is_left_alone() -> None:
    """There is nobody to lose."""
    target = InMemory(members=three(writer=None))
    with pytest.raises(FaultError, match="no writer"), injected(target, ACTION, mark="m", effect=seen):
        pytest.fail("the block was entered")
    assert target.calls == []
