"""Readers that are behind another one, and that nothing reaches any more, are kept from being read."""

from __future__ import annotations

import pytest

from lab.fence import STANDS_STILL_S, Fence
from lab.watch import Answer

STILL_S = STANDS_STILL_S + 0.1


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        """Begin at some moment."""
        self.s = 100.0

    def __call__(self) -> float:
        """Tell the moment."""
        return self.s


@pytest.fixture
def clock() -> Clock:
    """A clock of the test's own."""
    return Clock()


@pytest.fixture
def fence(clock: Clock) -> Fence:
    """A fence that reads that clock."""
    return Fence(clock)


def answers(**received: int) -> dict[str, Answer]:
    """What readers say that have received so much."""
    return {name: Answer(at_s=0.0, in_recovery=True, received=far) for name, far in received.items()}


def test_a_reader_behind_another_that_stands_still_is_fenced(fence: Fence, clock: Clock) -> None:
    """It is told once that it has been left behind, and stays fenced."""
    assert fence.left_behind(answers(b=5, c=9), readers="bc") == frozenset()
    clock.s += STILL_S
    assert fence.left_behind(answers(b=5, c=9), readers="bc") == {"b"}
    assert fence.left_behind(answers(b=5, c=9), readers="bc") == frozenset()
    assert fence.fenced == {"b"}


def test_a_reader_that_receives_again_is_let_in(fence: Fence, clock: Clock) -> None:
    """Fencing ends with the first answer that is further than the last."""
    fence.left_behind(answers(b=5, c=9), readers="bc")
    clock.s += STILL_S
    fence.left_behind(answers(b=5, c=9), readers="bc")
    fence.left_behind(answers(b=6, c=9), readers="bc")
    assert fence.fenced == frozenset()


def test_a_reader_that_is_behind_and_moves_is_only_late(fence: Fence, clock: Clock) -> None:
    """Being behind is no reason while something arrives."""
    for received in range(1, 5):
        clock.s += STILL_S
        assert fence.left_behind(answers(b=received, c=9), readers="bc") == frozenset()


def test_readers_that_are_equally_far_are_read(fence: Fence, clock: Clock) -> None:
    """When nothing is written nobody receives, and nobody is behind."""
    for _ in range(3):
        clock.s += STILL_S
        assert fence.left_behind(answers(b=9, c=9), readers="bc") == frozenset()


def test_a_reader_on_its_own_is_never_fenced(fence: Fence, clock: Clock) -> None:
    """There is nobody whom it could be behind."""
    fence.left_behind(answers(b=5), readers="bc")
    clock.s += STILL_S
    assert fence.left_behind(answers(b=5), readers="bc") == frozenset()


def test_nobody_is_fenced_where_nobody_answers(fence: Fence) -> None:
    """No answer, no fence."""
    assert fence.left_behind({}, readers="bc") == frozenset()


def test_who_has_just_come_back_leaves_nobody_behind(fence: Fence, clock: Clock) -> None:
    """An old writer that is not read from yet may be further than the readers; that is no reason to cut them off."""
    for _ in range(3):
        clock.s += STILL_S
        assert fence.left_behind(answers(a=9, b=5, c=5), readers="bc") == frozenset()


def test_a_pause_before_it_was_behind_does_not_count(fence: Fence, clock: Clock) -> None:
    """Nothing to receive is no standing still: the time counts from when another one was further."""
    fence.left_behind(answers(b=5, c=5), readers="bc")
    clock.s += 60
    assert fence.left_behind(answers(b=5, c=9), readers="bc") == frozenset()
    clock.s += STILL_S
    assert fence.left_behind(answers(b=5, c=9), readers="bc") == {"b"}
