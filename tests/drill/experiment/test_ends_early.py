"""What becomes of an experiment under load that comes to nothing: everybody has gone, and the fault is healed."""

from __future__ import annotations

import threading

import pytest

from drill.errors import DrillError, Halted, LimitReached, NotHealed, NotSteady, ProbeError
from drill.experiment import Glimpse, Stage
from drill.history import Action, History
from drill.journal import Undo
from tests.drill.experiment.conftest import Build
from tests.drill.experiment.simulation import Behaviour, Simulation


def test_what_is_not_served_is_never_made_to_suffer(bench: Build) -> None:
    """NotSteady says how many were served; the fault was never asked for, and nobody is at work any more."""
    ran = bench(Behaviour(is_steady=False))
    with pytest.raises(
        NotSteady, match=r"not in a steady state within 3 s, .* nothing was broken: 0 of 1\d\d requests"
    ):
        ran.run()
    assert ran.world.did == ["watch begins", "load begins", "load stops", "load ends", "watch ends"]
    assert ran.world.passed_s < 8
    assert ran.journal.entries() == {}


def test_a_load_that_asks_nothing_is_not_steady(bench: Build) -> None:
    """No request at all is no service."""
    ran = bench(Behaviour(asks=False))
    with pytest.raises(NotSteady, match="0 of 0 requests"):
        ran.run()
    assert "inject" not in ran.world.did


def test_a_load_that_has_gone_silent_is_not_steady(bench: Build) -> None:
    """What it said last was true then: nothing is known of now."""
    ran = bench(Behaviour(silent_s=0.5))
    with pytest.raises(NotSteady):
        ran.run()
    assert "inject" not in ran.world.did


@pytest.mark.parametrize("error", [LimitReached("10,000 open"), ProbeError("the load failed")], ids=repr)
def test_a_load_that_ends_in_the_middle_proves_nothing(bench: Build, error: DrillError) -> None:
    """The error goes on as it is; the fault is healed, and what it left is put away."""
    ran = bench(Behaviour(ends_with=error))
    with pytest.raises(type(error), match=str(error)):
        ran.run()
    assert ran.world.did[-4:] == ["heal", "load ends", "watch ends", "afterwards"]
    assert ran.journal.entries() == {}


@pytest.mark.parametrize("ends_s", [6.0, 10.0], ids=["under the fault", "afterwards"])
def test_a_load_that_ends_by_itself_before_the_experiment_proves_nothing(bench: Build, ends_s: float) -> None:
    """A quiet stretch at the end of the evidence must not look like an application that nobody disturbs."""
    ran = bench(Behaviour(ends_s=ends_s))
    with pytest.raises(ProbeError, match="came to its end before the experiment did"):
        ran.run()
    assert ran.world.did.count("heal") == ran.world.did.count("afterwards") == 1
    assert ran.journal.entries() == {}


def test_a_heal_that_fails_stays_in_the_journal(bench: Build) -> None:
    """NotHealed, and the entry says by which mark the fault is found; load and watch end all the same."""
    ran = bench(Behaviour(not_healed="the server does not answer"))
    with pytest.raises(NotHealed, match="the server does not answer"):
        ran.run()
    (entry,) = ran.journal.entries().values()
    assert (entry.undo, entry.subject, entry.target, entry.what) == (Undo.STOP_FAULTS, "mark", "memory", "flood")
    assert ran.world.did[-5:] == ["heal", "load stops", "load ends", "watch ends", "afterwards"]


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_whatever_ends_it_in_the_middle_it_is_healed(bench: Build, error: BaseException) -> None:
    """The journal knew of the fault while it was there; then it is healed, and the error goes on as it is."""
    ran = bench()
    known: list[int] = []

    def asleep(seconds: float) -> None:
        Simulation.sleep(ran.world, seconds)
        if ran.world.injected_ns is not None and ran.world.now - ran.world.injected_ns > 1e9:
            known.append(len(ran.journal.entries()))
            raise error

    ran.world.sleep = asleep  # type: ignore[method-assign]
    with pytest.raises(type(error)):
        ran.run(companions=lambda: (ran.world.companion("operator"),))
    assert known == [1]
    assert ran.world.did[-6:] == ["heal", "load stops", "operator ends", "load ends", "watch ends", "afterwards"]
    assert ran.journal.entries() == {}


def test_the_entry_is_there_before_the_fault(bench: Build) -> None:
    """Killed at any moment, there is something to heal by."""
    ran = bench()
    fault, known = ran.world.fault, list[int]()

    def noted(*given: object, **named: object) -> object:
        known.append(len(ran.journal.entries()))
        return fault(*given, **named)  # type: ignore[arg-type]

    ran.world.fault = noted  # type: ignore[method-assign, assignment]
    ran.run()
    assert known == [1]


@pytest.mark.parametrize("error", [ProbeError("nobody answers"), KeyboardInterrupt()], ids=repr)
def test_what_healing_left_is_put_away_whatever_the_examination_does(bench: Build, error: BaseException) -> None:
    """After it, and once."""
    ran = bench(Behaviour(unexamined=error))
    with pytest.raises(type(error)):
        ran.run()
    assert ran.world.did[-2:] == ["examine", "afterwards"]
    assert ran.world.did.count("afterwards") == 1


def test_a_companion_that_failed_is_no_evidence(bench: Build) -> None:
    """What was wrong goes on as it is, after the fault was healed and everything was put away."""
    ran = bench()
    failed = ProbeError("the operator was still trying")
    with pytest.raises(ProbeError, match="the operator was still trying"):
        ran.run(companions=lambda: (ran.world.companion("operator", failed),))
    assert ran.world.did[-1] == "afterwards"
    assert ran.journal.entries() == {}


def test_companions_leave_when_there_is_no_steady_state(bench: Build) -> None:
    """However it ends, nobody of ours stays."""
    ran = bench(Behaviour(is_steady=False))
    with pytest.raises(NotSteady):
        ran.run(companions=lambda: (ran.world.companion("one"), ran.world.companion("two")))
    assert ran.world.did[-4:] == ["two ends", "one ends", "load ends", "watch ends"]


class Keeping(list[History]):
    """Notes when something is kept."""

    def __init__(self, did: list[str]) -> None:
        """Among everything else that happened."""
        super().__init__()
        self.did = did

    def append(self, history: History) -> None:
        """It is kept."""
        self.did.append("kept")
        super().append(history)


STAGES = [each for each in Stage if each is not Stage.REDUNDANCY]
"""An application has no redundancy to wait for."""


@pytest.mark.parametrize("stage", STAGES, ids=str)
def test_a_stop_condition_heals_whatever_stage_it_is_met_in(bench: Build, stage: Stage) -> None:
    """Halted goes on as it is; what was broken is healed, and nothing is left to undo. What was seen is kept."""
    ran = bench()

    def watch(glimpse: Glimpse) -> None:
        if glimpse.stage is stage:
            raise Halted("an alarm rings")

    ran.watch = watch
    with pytest.raises(Halted, match="an alarm rings"):
        ran.run()
    assert ran.world.did.count("heal") == ran.world.did.count("inject")
    assert ran.journal.entries() == {}
    (kept,) = ran.kept
    assert kept.table("requests").height == len(ran.world.requests)
    assert kept.only(Action.INJECT).height == (STAGES.index(stage) > STAGES.index(Stage.INJECT))
    assert "audit" not in kept.tables


def test_a_stop_condition_does_not_wait_for_a_server_that_hangs(bench: Build) -> None:
    """It is met while the server is looked at under the fault: it heals at once."""
    ran, looking, over = bench(), threading.Event(), threading.Event()

    def look(moment: str) -> None:
        if moment == "during":
            looking.set()
            over.wait(30)

    def watch(_: Glimpse) -> None:
        if looking.is_set():
            raise Halted("an alarm rings")

    ran.world.look, ran.watch = look, watch  # type: ignore[method-assign]
    with pytest.raises(Halted):
        ran.run()
    assert not over.is_set()
    over.set()
    assert "heal" in ran.world.did


def test_a_load_that_failed_itself_leaves_nothing(bench: Build) -> None:
    """What it had to tell is gone with it; why it ended goes on."""
    ran = bench(Behaviour(ends_with=LimitReached("10,000 open")))
    with pytest.raises(LimitReached):
        ran.run()
    assert ran.kept == []


def test_what_was_broken_is_put_away_before_anything_is_kept(bench: Build) -> None:
    """Writing and drawing takes its time; what healing left must not wait for it, nor anybody still be at work."""
    ran = bench()
    ran.kept = Keeping(ran.world.did)

    def watch(glimpse: Glimpse) -> None:
        if glimpse.stage is Stage.AFTER:
            raise Halted("an alarm rings")

    ran.watch = watch
    with pytest.raises(Halted):
        ran.run()
    assert ran.world.did[-4:] == ["load ends", "watch ends", "afterwards", "kept"]


def test_an_examination_that_fails_loses_nothing(bench: Build) -> None:
    """What was seen before it is kept."""
    ran = bench(Behaviour(unexamined=ProbeError("nobody answers")))
    with pytest.raises(ProbeError):
        ran.run()
    assert ran.kept[0].table("requests").height == len(ran.world.requests)


def test_an_experiment_that_comes_to_its_end_leaves_nothing_unfinished(bench: Build) -> None:
    """Its history is what it returns."""
    ran = bench()
    ran.run()
    assert ran.kept == []


def test_whoever_looks_on_sees_each_stage_once_and_in_order(bench: Build) -> None:
    """Each stage that an application under load can be in."""
    ran, seen = bench(), list[Stage]()
    ran.watch = lambda glimpse: seen.append(glimpse.stage)
    ran.run()
    assert list(dict.fromkeys(seen)) == STAGES
    assert seen == sorted(seen, key=STAGES.index)
