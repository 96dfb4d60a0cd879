"""Who looks at the alarms ends what is under way when one rings, and when nobody can tell any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from drill.errors import Halted, TargetError
from drill.experiment import Glimpse, Stage
from drill.gameday.alarms import Alarm, State
from drill.gameday.lookout import BLIND_S, Lookout

DEADLINE_S = 5.0


@dataclass(slots=True)
class Tower:
    """Alarms in memory; `error` is raised in place of an answer."""

    state: State = State.QUIET
    error: str = ""
    looks: int = 0
    asked: threading.Event = field(default_factory=threading.Event)

    def look(self) -> tuple[Alarm, ...]:
        """As they are."""
        self.looks += 1
        self.asked.set()
        if self.error:
            raise TargetError(self.error)
        return (Alarm(name="errors", state=self.state, reason="7 of 1"),)


@dataclass(slots=True)
class Clock:
    """Seconds that pass when a test says so."""

    at_s: float = 100.0

    def __call__(self) -> float:
        """Now."""
        return self.at_s


def glimpse(stage: Stage = Stage.FAULT) -> Glimpse:
    """A moment of an experiment."""
    return Glimpse(fault="writer crash", stage=stage, at_ns=0)


def eventually(look: Callable[[], bool]) -> None:
    """Wait until it is so."""
    ends_s = time.monotonic() + DEADLINE_S
    while not look():
        assert time.monotonic() < ends_s
        time.sleep(0.001)


def test_quiet_alarms_let_everything_pass() -> None:
    """Before, and at every stage."""
    lookout = Lookout(Tower())
    assert [each.name for each in lookout.require_quiet()] == ["errors"]
    for stage in Stage:
        lookout.watch(glimpse(stage))
    assert lookout.why == ""


def test_one_without_data_is_let_pass() -> None:
    """As FIS does; who asks is told."""
    assert Lookout(Tower(state=State.UNKNOWN)).require_quiet()[0].state is State.UNKNOWN


def test_one_that_rings_before_is_a_refusal() -> None:
    """With its reason."""
    with pytest.raises(Halted, match="alarm errors rings: 7 of 1"):
        Lookout(Tower(state=State.RINGING)).require_quiet()


def test_one_that_cannot_be_asked_before_is_a_refusal() -> None:
    """At once: nothing is broken yet, so that there is no reason to be patient."""
    with pytest.raises(TargetError, match="AccessDenied"):
        Lookout(Tower(error="AccessDenied")).require_quiet()


def test_one_that_rings_midway_halts_and_stays_rung() -> None:
    """Whatever CloudWatch says afterwards: what it rang for may come back with the next experiment."""
    tower = Tower()
    lookout = Lookout(tower, every_s=0.001)
    lookout.require_quiet()
    lookout.begin()
    try:
        lookout.watch(glimpse())
        tower.state = State.RINGING
        eventually(lambda: bool(lookout.why))
        tower.state = State.QUIET
        for _ in range(2):
            with pytest.raises(Halted, match="alarm errors rings"):
                lookout.watch(glimpse())
    finally:
        lookout.end()


def test_who_cannot_see_for_long_must_not_go_on() -> None:
    """A moment without an answer is tolerated, more than five seconds are not, and the reason is told."""
    clock, tower = Clock(), Tower()
    lookout = Lookout(tower, every_s=0.001, now_s=clock)
    lookout.begin()
    try:
        tower.error = "Throttling: Rate exceeded"
        tower.asked.clear()
        assert tower.asked.wait(DEADLINE_S)
        before = tower.looks
        eventually(lambda: tower.looks > before + 1)
        clock.at_s += BLIND_S
        lookout.watch(glimpse())
        clock.at_s += 0.1
        with pytest.raises(Halted, match=r"could not be looked at for 5 s \(Throttling: Rate exceeded\)"):
            lookout.watch(glimpse())
    finally:
        lookout.end()


def test_one_who_sees_again_in_time_goes_on() -> None:
    """The five seconds count from the last answer."""
    clock, tower = Clock(), Tower(error="Throttling")
    lookout = Lookout(tower, every_s=0.001, now_s=clock)
    lookout.begin()
    try:
        clock.at_s += BLIND_S - 1
        tower.error = ""
        before = tower.looks
        eventually(lambda: tower.looks > before + 1)
        clock.at_s += BLIND_S - 1
        lookout.watch(glimpse())
    finally:
        lookout.end()


def test_a_lookout_that_hangs_is_noticed() -> None:
    """Its silence is no quiet: nobody looked for too long, for whatever reason."""
    clock = Clock()
    lookout = Lookout(Tower(), now_s=clock)
    lookout.require_quiet()
    clock.at_s += BLIND_S + 0.1
    with pytest.raises(Halted, match="could not be looked at for 5 s"):
        lookout.watch(glimpse())
