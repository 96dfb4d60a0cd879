"""Work that takes its time while a fault is held."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from drill.errors import Halted, ProbeError
from drill.experiment.aside import asides

PATIENCE_S = 30.0


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Work waits for it; set in the end, so that no thread outlives its test."""
    event = threading.Event()
    yield event
    event.set()


def hanging(over: threading.Event) -> Callable[[], None]:
    """As a server that does not answer."""

    def work() -> None:
        assert over.wait(PATIENCE_S)

    return work


def test_whoever_looks_on_is_shown_something_until_it_is_done(over: threading.Event) -> None:
    """Again and again, however long it takes."""
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 3:
            over.set()

    with asides() as aside:
        aside(hanging(over), look, every_s=0.001)
    assert len(looks) >= 3


def test_who_ends_it_does_not_wait_for_it(over: threading.Event) -> None:
    """An alarm rings while a server hangs: what is broken must be healed now."""

    def look() -> None:
        raise Halted("an alarm rings")

    with asides(given_up_for_s=0) as aside:
        with pytest.raises(Halted, match="an alarm rings"):
            aside(hanging(over), look, every_s=0.001)
        assert not over.is_set()


def test_what_was_given_up_is_over_before_anything_else_begins(over: threading.Event) -> None:
    """Else it would look at the next experiment."""
    ended: list[int] = []

    def work() -> None:
        assert over.wait(PATIENCE_S)
        ended.append(1)

    def look() -> None:
        raise Halted("an alarm rings")

    with asides() as aside:
        with pytest.raises(Halted):
            aside(work, look, every_s=0.001)
        over.set()
    assert ended == [1]


def test_what_the_work_raises_goes_on_as_it_is() -> None:
    """The very same."""
    error = ProbeError("broke down")

    def work() -> None:
        raise error

    with pytest.raises(ProbeError) as raised, asides() as aside:
        aside(work, lambda: None, every_s=0.001)
    assert raised.value is error
