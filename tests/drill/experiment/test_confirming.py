"""Waiting for a fault's effect may take minutes: whoever looks on is shown how it goes meanwhile, and may end it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from drill.errors import Halted, NoEffect
from drill.experiment import Glimpse, Stage
from drill.faults import Injection, meanwhile
from drill.faults.fault import await_effect
from tests.drill.experiment.conftest import Bench

EVERY_S = 0.001


def awaited(look: Callable[[], str | None], *, deadline_s: float = 5.0) -> str:
    """Wait for an effect, looking often."""
    return await_effect(look, what="an effect", deadline_s=deadline_s, every_s=EVERY_S)


def test_somebody_is_called_between_looks() -> None:
    """And nobody any more once the block is left."""
    calls: list[None] = []
    with meanwhile(lambda: calls.append(None)):
        assert awaited(lambda: "seen" if len(calls) >= 3 else None) == "seen"
    with pytest.raises(NoEffect):
        awaited(lambda: None, deadline_s=EVERY_S)
    assert len(calls) == 3


def test_what_is_raised_meanwhile_ends_the_waiting() -> None:
    """At once, and as it is."""

    def halt() -> None:
        raise Halted("an alarm rings")

    with meanwhile(halt), pytest.raises(Halted):
        awaited(lambda: None)


def test_an_experiment_that_waits_for_an_effect_can_be_halted(bench: Callable[[], Bench]) -> None:
    """It is shown as injecting all the while; halted, it heals, and nothing stays in the journal."""
    ours, shown, healed = bench(), list[Stage](), list[None]()

    @contextmanager
    def fault(_: object, *, mark: str) -> Iterator[Injection]:
        assert mark == "mark"
        try:
            yield Injection(instance="writer", confirm=lambda: awaited(lambda: None))
        finally:
            healed.append(None)

    def watch(glimpse: Glimpse) -> None:
        shown.append(glimpse.stage)
        if shown.count(Stage.INJECT) >= 3:
            raise Halted("an alarm rings")

    world: Any = ours.world
    world.fault, ours.watch = fault, watch
    with pytest.raises(Halted):
        ours.run()
    assert Stage.FAULT not in shown
    assert healed == [None]
    assert ours.journal.entries() == {}
