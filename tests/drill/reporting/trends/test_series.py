"""One quantity through runs: what is put together, and what is kept apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drill.reporting.records import ExperimentRecord, RunRecord
from drill.reporting.trends import all_series, series
from tests.drill.reporting.trends.runs import FAULT, recovery, run, under_load


@given(days=st.permutations(range(6)))
def test_a_series_follows_an_experiment_newest_last(days: list[int]) -> None:
    """In whatever order the runs come."""
    (found,) = series([run(day, recovery(float(day))) for day in days], "recovery_time_s")
    assert found.values == (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
    assert found.newest.run == "20261006T000000Z-lab"
    assert found.subject == ("lab", "lab", "three zones", "failover", FAULT)


def test_repetitions_are_values_of_one_run() -> None:
    """In their order."""
    (found,) = series([run(0, recovery(1.0), recovery(3.0), recovery(2.0))], "recovery_time_s")
    assert [point.values for point in found.points] == [(1.0, 3.0, 2.0)]


def test_what_differs_is_kept_apart() -> None:
    """Another target, another kind of target by the same name, another cluster, another fault."""
    runs = [
        run(0, recovery(1.0), recovery(2.0, fault="freeze")),
        run(1, recovery(3.0), target="staging"),
        run(2, recovery(4.0), kind="aurora"),
        run(3, recovery(5.0), subject="another three zones"),
    ]
    assert sorted(each.values for each in series(runs, "recovery_time_s")) == [(1.0,), (2.0,), (3.0,), (4.0,), (5.0,)]


def test_a_run_that_measured_nothing_is_a_gap_and_one_that_did_not_try_is_none() -> None:
    """The gap is there to be seen; the newest may be one, and the earlier ones have none."""
    runs = [
        run(0, recovery(1.0)),
        run(1, recovery(None)),
        run(2, recovery(9.0, fault="freeze")),
        run(3, recovery(None)),
    ]
    found = next(each for each in series(runs, "recovery_time_s") if each.subject.fault == FAULT)
    assert [point.values for point in found.points] == [(1.0,), (), ()]
    assert found.newest.values == ()
    assert [point.values for point in found.earlier] == [(1.0,)]


def test_what_nobody_ever_measured_is_no_series() -> None:
    """An experiment about recovery has no latency, and one that came to nothing has no value."""
    assert series([run(0, recovery(1.0))], "p95_during_ms") == ()
    assert series([run(0, recovery(None))], "recovery_time_s") == ()
    assert series([], "recovery_time_s") == ()


def test_the_newest_run_gives_the_order() -> None:
    """A fault that is new stands where it stands in its run; what is done no longer comes last."""
    runs = [run(0, recovery(1.0, fault="old"), recovery(1.0, fault="a")), run(1, *map(_of, ("c", "b", "a")))]
    assert [each.subject.fault for each in series(runs, "recovery_time_s")] == ["c", "b", "a", "old"]


def test_all_series_of_a_target_are_together() -> None:
    """And of an experiment, in the order of the quantities."""
    runs: list[RunRecord] = [
        run(0, recovery(1.0, fault="gone")),
        run(1, recovery(1.0), target="staging"),
        run(2, recovery(1.0), under_load(5.0)),
    ]
    found = [(each.subject.target, each.subject.fault, each.quantity.name) for each in all_series(runs)]
    assert found == [
        ("lab", FAULT, "recovery_time_s"),
        ("lab", FAULT, "lost_writes"),
        ("lab", "flood", "lost_writes"),
        ("lab", "flood", "p95_during_ms"),
        ("lab", "flood", "served_during_pct"),
        ("lab", "gone", "recovery_time_s"),
        ("lab", "gone", "lost_writes"),
        ("staging", FAULT, "recovery_time_s"),
        ("staging", FAULT, "lost_writes"),
    ]


def _of(fault: str) -> ExperimentRecord:
    return recovery(1.0, fault=fault)
