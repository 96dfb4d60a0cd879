"""What was seen of an experiment that ends before its time, and why it ended."""

from __future__ import annotations

import pytest

from drill.errors import Halted, NotSteady, ProbeError
from drill.experiment.unfinished import salvaging
from drill.history import History
from tests.drill.histories import managed_failover

SEEN = managed_failover().told()


def unwritable(_: History) -> None:
    """As a disk that is full."""
    raise OSError("no space left on device")


def silent() -> History:
    """As probes that have failed themselves."""
    raise ProbeError("the probes failed: killed")


@pytest.mark.parametrize(
    "error", [Halted("rings"), NotSteady("down"), KeyboardInterrupt(), ValueError("bug")], ids=repr
)
def test_what_was_seen_is_kept_and_the_error_goes_on(error: BaseException) -> None:
    """Whatever it is, it is the very same."""
    kept: list[History] = []
    with pytest.raises(type(error)) as raised, salvaging(kept.append, lambda: SEEN):
        raise error
    assert raised.value is error
    assert kept == [SEEN]


def test_what_comes_to_its_end_is_not_unfinished() -> None:
    """Nobody is given anything."""
    kept: list[History] = []
    with salvaging(kept.append, lambda: SEEN):
        pass
    assert kept == []


@pytest.mark.parametrize(("salvage", "seen"), [(unwritable, lambda: SEEN), (lambda _: None, silent)])
def test_what_cannot_be_kept_never_hides_why_it_ended(salvage: object, seen: object) -> None:
    """A full disk is not why, nor are probes that have nothing to tell any more."""
    with pytest.raises(Halted, match="rings"), salvaging(salvage, seen):  # type: ignore[arg-type]
        raise Halted("rings")


def test_a_second_ctrl_c_does_not_wait_for_what_was_seen() -> None:
    """Who presses it again wants it to end now."""

    def waiting() -> History:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), salvaging(lambda _: None, waiting):
        raise Halted("rings")
