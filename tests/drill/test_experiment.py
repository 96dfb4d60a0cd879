"""Whole experiments in memory, in milliseconds: from the fault to the verdict and the summary."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from drill import checks
from drill.errors import Halted, NotHealed, NotSteady
from drill.experiment import Experiment, Glimpse, Stage, Timing, Watch
from drill.experiment.glimpse import nobody
from drill.faults import Injection, managed_failover
from drill.faults.injected import injected
from drill.history import Action, History, Outcome
from drill.journal import Journal
from drill.reporting import summary
from drill.reporting.records import ExperimentRecord, RunRecord
from drill.reporting.redacted import redacted
from drill.targets.target import Target
from drill.verdict import Check, Ruling, judge
from tests.drill.memory import member
from tests.drill.simulation import HEALTHY, Behaviour, Simulation

TIMING = Timing(steady_s=1.0, steady_deadline_s=3.0, recovery_deadline_s=10.0, redundancy_deadline_s=10.0)
PROMISES: tuple[Check, ...] = (
    checks.recovered_within(5),
    checks.every_acknowledged_write_survives(),
    checks.no_refused_write_appears(),
    checks.no_write_is_applied_twice(),
    checks.one_writer_at_a_time(),
    checks.readers_keep_answering(1),
    checks.readers_stay_fresh(1),
    checks.reads_are_monotonic(),
    checks.control_plane_agrees(2),
    checks.redundancy_restored(10),
    checks.what_was_asked_for_happens(),
)


@dataclass(kw_only=True)
class Bench:
    """An experiment on a simulated cluster, and its journal."""

    cluster: Simulation
    journal: Journal
    said: list[str]
    watch: Watch = nobody
    kept: list[History] = field(default_factory=list)

    def run(self, fault: Callable[..., AbstractContextManager[Injection]], timing: Timing = TIMING) -> History:
        """Run it once."""
        return Experiment(
            fault=fault,
            target=self.cluster.target,
            witness=self.cluster,
            journal=self.journal,
            mark="mark",
            name="failover",
            timing=timing,
            say=self.said.append,
            watch=self.watch,
            salvage=self.kept.append,
            now_ns=self.cluster.now_ns,
            sleep=self.cluster.sleep,
        ).run()


Build = Callable[..., Bench]


def halted_in(stage: Stage) -> Watch:
    """Raise as a stop condition does, in this stage."""

    def watch(glimpse: Glimpse) -> None:
        if glimpse.stage is stage:
            raise Halted("an alarm rings")

    return watch


@pytest.fixture
def bench(tmp_path: Path) -> Build:
    """Build an experiment on a cluster that behaves like this."""

    def build(behaviour: Behaviour = HEALTHY) -> Bench:
        return Bench(cluster=Simulation(behaviour=behaviour), journal=Journal(folder=tmp_path / "journal"), said=[])

    return build


def seen(_target: Target, writer: str) -> Callable[[], str]:
    """An effect that shows at once."""
    return lambda: f"{writer} is silent"


def freeze(target: Target, *, mark: str) -> AbstractContextManager[Injection]:
    """A fault by FIS."""
    return injected(target, "lab:freeze-zone", mark=mark, effect=seen)


def rulings(history: History) -> dict[str, Ruling]:
    """Every promise, judged."""
    return {verdict.name: verdict.ruling for verdict in (judge(check, history) for check in PROMISES)}


def summarised(history: History, folder: Path) -> dict[str, object]:
    """What the gate would read."""
    record = ExperimentRecord(
        scenario="failover", fault="failover", promises=tuple(judge(check, history) for check in PROMISES)
    )
    now = datetime.now(UTC)
    run = RunRecord(target="memory", started=now, finished=now, versions={}, objectives={}, experiments=(record,))
    summary.write(run, folder / "summary.json")
    found: dict[str, object] = json.loads((folder / "summary.json").read_text())
    return found


@pytest.mark.parametrize(
    "fault", [managed_failover(), managed_failover(to_named_reader=True), freeze], ids=["managed", "named", "frozen"]
)
def test_a_healthy_failover_holds_every_promise(bench: Build, fault: Callable[..., object], tmp_path: Path) -> None:
    """From steady state to the summary: held, and nothing left to undo."""
    ran = bench()
    ran.cluster.target.members = (member("a", writes=True), member("b", tier=9), member("c", tier=3))
    history = ran.run(fault)
    assert set(rulings(history).values()) == {Ruling.HELD}
    assert summarised(history, tmp_path)["ruling"] == "held"
    assert ran.journal.entries() == {}
    assert ran.cluster.target.running == []


def test_another_heir_than_named_breaks_the_promise(bench: Build) -> None:
    """The control plane was asked for one reader and promotes another: everything recovers, and it is noticed."""
    ran = bench()
    found = rulings(ran.run(managed_failover(to_named_reader=True)))
    assert {name for name, ruling in found.items() if ruling is not Ruling.HELD} == {"what_was_asked_for_happens"}


def test_what_happened_is_told_in_order(bench: Build) -> None:
    """A person who watches sees each stage as it is reached."""
    ran = bench()
    ran.run(managed_failover())
    assert ran.said == [
        "steady state",
        "injecting failover",
        "confirmed: Started cross AZ failover to DB instance: b",
        "every client succeeds again",
        "healed",
        "redundancy: a receives nothing",
        "redundancy: restored",
        "reading everything back",
    ]


def test_whoever_looks_on_sees_each_stage_once_and_in_order(bench: Build) -> None:
    """Every stage of Stage, and at least ten glimpses a second while a client is waited for."""
    ran, seen = bench(), list[Glimpse]()
    ran.watch = seen.append
    ran.run(managed_failover())
    assert list(dict.fromkeys(each.stage for each in seen)) == list(Stage)
    assert [each.stage for each in seen] == sorted((each.stage for each in seen), key=list(Stage).index)
    (injected_ns,) = {each.injected_ns for each in seen} - {None}
    waited = [each for each in seen if each.stage is Stage.FAULT]
    gaps_ns = [later.at_ns - sooner.at_ns for sooner, later in pairwise(waited)]
    assert injected_ns <= waited[0].at_ns
    assert max(gaps_ns) <= 0.11e9


@pytest.mark.parametrize("stage", list(Stage), ids=str)
def test_a_stop_condition_heals_whatever_stage_it_is_met_in(bench: Build, stage: Stage) -> None:
    """Halted goes on as it is; nothing runs any more, and nothing is left to undo. What was seen until then is kept."""
    ran = bench()
    ran.watch = halted_in(stage)
    with pytest.raises(Halted, match="an alarm rings"):
        ran.run(freeze)
    assert ran.cluster.target.running == []
    assert ran.journal.entries() == {}
    (kept,) = ran.kept
    assert kept.fault == "failover"
    assert kept.only(Action.WRITE).height == sum(row["action"] == Action.WRITE for row in ran.cluster.rows)
    assert kept.only(Action.INJECT).height == (list(Stage).index(stage) > list(Stage).index(Stage.INJECT))
    assert kept.only(Action.READBACK).is_empty()


@pytest.mark.parametrize("stage", list(Stage), ids=str)
def test_nothing_that_was_cut_off_can_be_taken_for_a_pass(bench: Build, stage: Stage, tmp_path: Path) -> None:
    """Whoever judges it, out of a file or not: every promise is undecided, wherever it was cut off."""
    ran = bench()
    ran.watch = halted_in(stage)
    with pytest.raises(Halted):
        ran.run(freeze)
    (kept,) = ran.kept
    kept.save(tmp_path / "history.parquet")
    for history in (kept, History.load(tmp_path / "history.parquet"), redacted(kept)):
        assert set(rulings(history).values()) == {Ruling.UNDECIDED}


def test_an_experiment_that_comes_to_its_end_leaves_nothing_unfinished(bench: Build) -> None:
    """Its history is what it returns."""
    ran = bench()
    ran.run(freeze)
    assert ran.kept == []


def test_the_phases_are_those_of_the_failover(bench: Build) -> None:
    """The times that the simulation was told come out of the evidence, give or take a tick."""
    found = checks.phases(bench().run(managed_failover()))
    assert found.promoted_s == pytest.approx(2.5, abs=0.11)
    assert found.first_write_s == pytest.approx(2.5, abs=0.11)
    assert found.recovered_s == pytest.approx(2.5, abs=0.11)
    assert found.detected_s == pytest.approx(0.3, abs=0.11)


BROKEN = {
    "never promotes": (Behaviour(promotes_s=None), "recovered_within"),
    "promotes late": (Behaviour(promotes_s=7.0, rejoins_s=8.0), "recovered_within"),
    "loses writes": (Behaviour(loses=7), "every_acknowledged_write_survives"),
    "applies a refused write": (Behaviour(applies_refused=True), "no_refused_write_appears"),
    "applies a write twice": (Behaviour(applies_twice=True), "no_write_is_applied_twice"),
    "two writers": (Behaviour(gives_up_s=None), "one_writer_at_a_time"),
    "stale readers": (Behaviour(lag_s=2.0), "readers_stay_fresh"),
    "readers go back": (Behaviour(lag_s=2.0), "reads_are_monotonic"),
    "stale endpoint": (Behaviour(endpoint_follows=False), "control_plane_agrees"),
    "never rejoins": (Behaviour(rejoins_s=None), "redundancy_restored"),
    "says yes and does nothing": (Behaviour(gives_up_s=None, promotes_s=None), "what_was_asked_for_happens"),
}


@pytest.mark.parametrize(("behaviour", "promise"), BROKEN.values(), ids=BROKEN)
def test_a_defective_cluster_breaks_the_promise_that_it_breaks(
    bench: Build, behaviour: Behaviour, promise: str, tmp_path: Path
) -> None:
    """BROKEN, not undecided, and the gate hears of it; healing worked all the same."""
    ran = bench(behaviour)
    history = ran.run(managed_failover())
    assert rulings(history)[promise] is Ruling.BROKEN
    assert summarised(history, tmp_path)["ruling"] == "broken"
    assert ran.journal.entries() == {}


@pytest.mark.parametrize(
    ("behaviour", "alone"),
    [
        (Behaviour(loses=7), {"every_acknowledged_write_survives", "reads_are_monotonic"}),
        (Behaviour(applies_refused=True), {"no_refused_write_appears"}),
        (Behaviour(applies_twice=True), {"no_write_is_applied_twice"}),
        (Behaviour(rejoins_s=None), {"redundancy_restored"}),
    ],
    ids=["loses writes", "applies a refused write", "applies a write twice", "never rejoins"],
)
def test_a_defect_breaks_nothing_else(bench: Build, behaviour: Behaviour, alone: set[str]) -> None:
    """Whoever reads the verdicts is led to the defect."""
    found = rulings(bench(behaviour).run(managed_failover()))
    assert {name for name, ruling in found.items() if ruling is Ruling.BROKEN} <= alone


def test_a_fault_without_effect_is_undecided(bench: Build, tmp_path: Path) -> None:
    """It proves nothing about any promise: never a pass, and no waiting for a recovery."""
    ran = bench()
    ran.cluster.target.starts_as, ran.cluster.target.reason = "failed", "there is no writer"
    history = ran.run(freeze)
    assert set(rulings(history).values()) == {Ruling.UNDECIDED}
    assert summarised(history, tmp_path)["ruling"] == "undecided"
    assert history.only(Action.CONFIRM)["outcome"].to_list() == [Outcome.FAILED]
    assert "not confirmed: lab:freeze-zone failed: there is no writer" in ran.said
    assert ran.journal.entries() == {}


def test_what_is_not_steady_is_never_broken(bench: Build) -> None:
    """NotSteady names who had no success; the fault was never asked for, and nothing is to be undone."""
    ran = bench(Behaviour(is_steady=False))
    with pytest.raises(NotSteady, match=r"not in a steady state .* nothing was broken: no success for writer-0"):
        ran.run(managed_failover())
    assert ran.cluster.target.calls == []
    assert ran.journal.entries() == {}
    assert ran.cluster.now - 10**12 < 5e9


def test_a_heal_that_fails_stays_in_the_journal(bench: Build) -> None:
    """NotHealed, and the entry says by which mark the fault is found."""
    ran = bench()
    ran.cluster.target.stubborn = 1
    with pytest.raises(NotHealed, match="drill heal"):
        ran.run(freeze)
    (entry,) = ran.journal.entries().values()
    assert (entry.undo, entry.subject, entry.target) == ("stop faults", "mark", "memory")


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_whatever_ends_it_in_the_middle_it_is_healed(bench: Build, error: BaseException) -> None:
    """The fault is stopped, the entry struck out, and the error goes on as it is."""
    ran = bench()
    fault_came: list[dict] = []

    def asleep(seconds: float) -> None:
        Simulation.sleep(ran.cluster, seconds)
        if ran.cluster.fault_ns is not None:
            fault_came.append(dict(ran.journal.entries()))
            raise error

    ran.cluster.sleep = asleep  # type: ignore[method-assign]
    with pytest.raises(type(error)):
        ran.run(freeze)
    assert len(fault_came[0]) == 1, "the journal knew of the fault while it was there"
    assert ran.cluster.target.running == []
    assert ran.journal.entries() == {}


def test_ctrl_c_while_healing_keeps_the_entry(bench: Build) -> None:
    """Ctrl-C ends the run, and the fault that was not undone is still in the journal."""
    ran = bench()

    def interrupt() -> None:
        raise KeyboardInterrupt

    ran.cluster.target.on_stop = interrupt
    with pytest.raises(KeyboardInterrupt):
        ran.run(freeze)
    assert len(ran.journal.entries()) == 1


def test_the_entry_is_there_before_the_fault(bench: Build) -> None:
    """Killed at any moment, there is something to heal by."""
    ran = bench()
    known: list[int] = []

    @contextmanager
    def fault(target: Target, *, mark: str) -> Iterator[Injection]:
        known.append(len(ran.journal.entries()))
        with freeze(target, mark=mark) as injection:
            yield injection

    ran.run(fault)
    assert known == [1]


def test_the_hard_limit_ends_it(bench: Build) -> None:
    """A cluster that never recovers is left after the limit, whatever each stage were allowed."""
    ran = bench(Behaviour(promotes_s=None, rejoins_s=None))
    patient = Timing(steady_s=1.0, recovery_deadline_s=500.0, redundancy_deadline_s=500.0, limit_s=12.0, after_s=1.0)
    history = ran.run(managed_failover(), patient)
    assert ran.cluster.now - 10**12 < 13.5e9
    assert rulings(history)["recovered_within"] is Ruling.BROKEN
    assert "what was asked for has not happened" in ran.said
