"""What was executed several times is one group, in which the worst time rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.config import GateSettings
from drill.reporting.gate import Effect, Group
from drill.reporting.gate.rows import Time, grouped
from drill.reporting.records import ExperimentRecord
from drill.verdict import Ruling, Verdict, gravest
from tests.drill.reporting.gate.made import BROKEN, HELD, SKIPPED
from tests.drill.reporting.synthetic import experiment, recovered, survived

TODAY = date(2026, 11, 23)


def groups(*records: ExperimentRecord, skipped: tuple[ExperimentRecord, ...] = ()) -> tuple[Group, ...]:
    """By a policy that says nothing; each time has its number."""
    times = [Time(record=each, when=f"time {number}") for number, each in enumerate(records, start=1)]
    return grouped(times, skipped, GateSettings(), TODAY)


def only(*records: ExperimentRecord) -> Group:
    """The one group of one experiment."""
    (group,) = groups(*records)
    return group


def ruled(*rulings: Ruling) -> ExperimentRecord:
    """An experiment that judged one promise, so often."""
    promises = tuple(Verdict(name="quiet", ruling=each, because=str(each)) for each in rulings)
    return ExperimentRecord(scenario="failover", fault="crash", promises=promises)


def test_each_fault_of_each_scenario_is_a_group_in_the_order_of_the_run() -> None:
    """Skipped ones come last, and hold nothing."""
    found = groups(BROKEN, HELD, BROKEN, skipped=(SKIPPED,))
    assert [(each.name, each.times) for each in found] == [
        ("failover/zone loss", 2),
        ("failover/crash of the writer", 1),
        ("failover/partition", 0),
    ]
    assert (found[-1].skipped, found[-1].rows) == ("the target offers no way", ())


@given(st.lists(st.lists(st.sampled_from(Ruling), min_size=1, max_size=3), min_size=1, max_size=4))
def test_the_worst_of_all_times_rules_a_promise(rulings: list[list[Ruling]]) -> None:
    """Whichever time it was, and however often it was judged at that time; the others are counted."""
    (row,) = only(*(ruled(*each) for each in rulings)).rows
    assert row.ruling is gravest(each for time in rulings for each in time)
    assert (row.held, row.times) == (sum(set(each) == {Ruling.HELD} for each in rulings), len(rulings))
    assert row.because.endswith(f": {row.ruling}")


@given(st.permutations([Ruling.HELD, Ruling.HELD, Ruling.UNDECIDED, Ruling.BROKEN]))
def test_the_order_of_the_times_changes_nothing(rulings: list[Ruling]) -> None:
    """Neither the ruling nor the count."""
    (row,) = only(*(ruled(each) for each in rulings)).rows
    assert (row.ruling, row.effect, row.held, row.times) == (Ruling.BROKEN, Effect.BLOCKS, 2, 4)


def test_a_promise_that_one_time_did_not_judge_is_undecided() -> None:
    """What is not looked at every time does not hold every time."""
    group = only(HELD, replace(HELD, promises=HELD.promises[:1]))
    assert [(row.promise, row.ruling) for row in group.rows] == [
        ("recovered_within", Ruling.HELD),
        ("every_acknowledged_write_survives", Ruling.UNDECIDED),
    ]
    assert group.rows[1].because == "time 2: nothing was judged"


def test_a_time_that_could_not_be_conducted_is_undecided_and_says_why() -> None:
    """A run calls that promise "experiment"; at the other times there was evidence."""
    failed = replace(
        HELD, promises=(Verdict(name="experiment", ruling=Ruling.UNDECIDED, because="NotSteady: the writer is down"),)
    )
    row = only(HELD, failed).rows[-1]
    assert (row.promise, row.ruling, row.held, row.times) == ("experiment", Ruling.UNDECIDED, 1, 2)
    assert row.because == "time 2: NotSteady: the writer is down"


def test_an_experiment_without_a_promise_is_undecided() -> None:
    """Executed, and nobody judged it: no evidence is no pass."""
    (row,) = only(replace(HELD, promises=())).rows
    assert (row.promise, row.ruling, row.effect) == ("experiment", Ruling.UNDECIDED, Effect.BLOCKS)


@pytest.mark.parametrize(
    ("recoveries_s", "figures"),
    [
        ((2.58,), "recovered in 2.58 s"),
        ((1.0, 3.0, 2.0), "recovered: median 2 s, worst 3 s"),
        ((None,), "recovered never"),
        ((1.0, None, 2.0), "recovered: median 2 s, worst never"),
    ],
)
def test_recovery_is_told_by_median_and_worst(recoveries_s: tuple[float | None, ...], figures: str) -> None:
    """What never recovered is worse than everything that did, and no gap."""
    times = [
        experiment(recovered(each, Ruling.HELD if each is not None else Ruling.BROKEN), survived(0))
        for each in recoveries_s
    ]
    assert only(*times).figures == figures


def test_how_long_it_took_is_added_up() -> None:
    """By the wall clock; where a time is not known, or runs backwards, it adds nothing."""
    began = datetime(2026, 11, 23, tzinfo=UTC)
    timed = replace(HELD, began=began, ended=began + timedelta(seconds=30))
    backwards = replace(HELD, began=began, ended=began - timedelta(seconds=30))
    assert only(timed, timed, HELD, backwards).lasted_s == 60.0
