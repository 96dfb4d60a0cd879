"""What is rescued of an experiment that ends before its time, and why it ended."""

from __future__ import annotations

import pytest

from drill.errors import Halted, NotHealed, NotSteady, ProbeError, Unsupported
from drill.experiment.unfinished import rescuing


@pytest.mark.parametrize(
    "error", [Halted("rings"), NotSteady("down"), KeyboardInterrupt(), ValueError("bug")], ids=repr
)
def test_it_is_rescued_once_and_the_error_goes_on(error: BaseException) -> None:
    """Whatever it is, it is the very same."""
    rescued: list[int] = []
    with pytest.raises(type(error)) as raised, rescuing(lambda: rescued.append(1)):
        raise error
    assert raised.value is error
    assert rescued == [1]


def test_what_comes_to_its_end_needs_no_rescue() -> None:
    """Nobody is asked."""
    rescued: list[int] = []
    with rescuing(lambda: rescued.append(1)):
        pass
    assert rescued == []


def test_what_the_target_cannot_do_leaves_nothing() -> None:
    """It is skipped, as if it had never begun."""
    rescued: list[int] = []
    with pytest.raises(Unsupported), rescuing(lambda: rescued.append(1)):
        raise Unsupported("no second region")
    assert rescued == []


@pytest.mark.parametrize("error", [OSError("no space left on device"), ProbeError("the probes failed: killed")])
def test_what_cannot_be_rescued_never_hides_why_it_ended(error: Exception) -> None:
    """A full disk is not why, nor are probes that have nothing to tell any more."""

    def rescue() -> None:
        raise error

    with pytest.raises(Halted, match="rings"), rescuing(rescue):
        raise Halted("rings")


def test_a_ctrl_c_meanwhile_ends_it_and_still_says_why() -> None:
    """Above all that something is not healed: nobody may take it for an end in good order."""

    def rescue() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as raised, rescuing(rescue):
        raise NotHealed("drill heal")
    assert isinstance(raised.value.__cause__, NotHealed)
