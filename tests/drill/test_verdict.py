"""A verdict is held, broken or undecided; no evidence is never a pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.errors import Undecided
from drill.history import History
from drill.verdict import Ruling, Verdict, gravest, judge
from tests.drill.histories import fault, property_test

HISTORY = fault().told()


def verdict(ruling: Ruling) -> Verdict:
    """A verdict of this ruling."""
    return Verdict(name="promise", ruling=ruling, because="so it is", evidence=("a", "b"))


def test_held_is_true() -> None:
    """An assertion of what is held passes, and what is broken fails as an AssertionError."""
    assert verdict(Ruling.HELD)
    with pytest.raises(AssertionError):
        assert verdict(Ruling.BROKEN)


def test_undecided_is_neither() -> None:
    """What is undecided is neither true nor false: it raises, with the promise and the reason."""
    with pytest.raises(Undecided, match="promise: undecided, so it is"):
        bool(verdict(Ruling.UNDECIDED))


def test_undecided_is_no_failure() -> None:
    """Allure files only AssertionErrors as failed; undecided must not be one."""
    assert not issubclass(Undecided, AssertionError)


def test_text() -> None:
    """What pytest shows is the ruling, the reason, and a line for each piece of evidence."""
    assert str(verdict(Ruling.BROKEN)) == "promise: broken, so it is\n  a\n  b"


@property_test
@given(st.lists(st.sampled_from(Ruling), min_size=1))
def test_gravest(rulings: list[Ruling]) -> None:
    """The gravest ruling wins: broken before undecided before held, in any order."""
    gravity = [Ruling.HELD, Ruling.UNDECIDED, Ruling.BROKEN]
    assert gravest(rulings) is max(rulings, key=gravity.index)


def test_gravest_of_nothing() -> None:
    """Nothing at all is no pass."""
    assert gravest([]) is Ruling.UNDECIDED


def test_judge() -> None:
    """A check is applied as it is."""
    assert judge(lambda _: verdict(Ruling.HELD), HISTORY) == verdict(Ruling.HELD)


def test_a_check_that_crashes() -> None:
    """A check that crashes is undecided, names itself, and says what it tripped over."""

    def promise(history: History) -> Verdict:
        raise ZeroDivisionError(history.fault)

    found = judge(promise, HISTORY)
    assert (found.name, found.ruling) == ("promise", Ruling.UNDECIDED)
    assert found.because == "the check itself failed: ZeroDivisionError: managed failover"
