"""Rulings of experiments and runs."""

from __future__ import annotations

from drill.reporting.records import ExperimentRecord
from drill.verdict import Ruling
from tests.drill.reporting.synthetic import experiment, recovered, run, survived


def test_the_gravest_promise_rules_an_experiment_and_a_run() -> None:
    """Broken before undecided before held, at both levels."""
    undecided = experiment(recovered(None, Ruling.UNDECIDED), survived(0))
    assert undecided.ruling is Ruling.UNDECIDED
    assert run(experiment(), undecided).ruling is Ruling.UNDECIDED
    assert run(undecided, experiment(survived(1))).ruling is Ruling.BROKEN


def test_a_skipped_experiment_does_not_rule_its_run() -> None:
    """What was not executed neither passes nor fails; where nothing was, the run is undecided."""
    skipped = ExperimentRecord(scenario="failover", fault="power", skipped="no such fault here")
    assert run(experiment(), skipped).ruling is Ruling.HELD
    assert run(skipped).ruling is Ruling.UNDECIDED


def test_an_executed_experiment_without_promises_is_no_pass() -> None:
    """No evidence is never a pass."""
    silent = ExperimentRecord(scenario="failover", fault="power")
    assert run(experiment(), silent).ruling is Ruling.UNDECIDED


def test_a_figure_is_looked_up_in_all_promises() -> None:
    """The first promise that measured it says it."""
    assert experiment().measured("lost_writes") == 0
    assert experiment().measured("staleness_p99_ms") is None
