"""What one experiment says of a quantity: never is infinite, not measured is nothing."""

from __future__ import annotations

import math

import pytest

from drill.reporting.records import ExperimentRecord
from drill.reporting.trends import LATENCY, LOSS, QUANTITIES, RECOVERY, SERVED
from drill.verdict import Figure, Ruling, Verdict
from tests.drill.reporting import synthetic
from tests.drill.reporting.trends.runs import recovery, under_load


def measured(name: str, ruling: Ruling = Ruling.HELD, **figures: Figure) -> Verdict:
    """A promise that measured these."""
    return Verdict(name=name, ruling=ruling, because="", measured=figures)


def test_a_recovery_time_has_the_resolution_that_stands_beside_it() -> None:
    """The greater of what the measurement resolved and what was quiet before the fault, in seconds."""
    record = synthetic.experiment(
        measured("recovered_within", recovery_time_s=2.5, resolution_ms=4.0, noise_floor_ms=20.0)
    )
    found = RECOVERY.read(record)
    assert found is not None
    assert (found.value, found.give_or_take) == (2.5, pytest.approx(0.02))
    bare = RECOVERY.read(synthetic.experiment(measured("recovered_within", recovery_time_s=2.5)))
    assert bare is not None
    assert bare.give_or_take == 0


def test_who_never_recovered_took_for_ever() -> None:
    """Not measured would drop the worst run of all."""
    found = RECOVERY.read(recovery(math.inf))
    assert found is not None
    assert found.value == math.inf


@pytest.mark.parametrize(
    "record",
    [recovery(None), synthetic.experiment(measured("other", Ruling.BROKEN)), ExperimentRecord(scenario="a", fault="b")],
    ids=["undecided", "another promise", "nothing judged"],
)
def test_what_was_not_measured_is_no_value(record: ExperimentRecord) -> None:
    """Neither zero nor infinity."""
    assert RECOVERY.read(record) is None


def test_a_figure_too_close_to_the_objective_is_a_figure() -> None:
    """Undecided whether it is in time; measured it was."""
    found = RECOVERY.read(synthetic.experiment(synthetic.recovered(60.0, Ruling.UNDECIDED)))
    assert found is not None
    assert found.value == 60.0


@pytest.mark.parametrize("figure", [None, math.inf, math.nan])
def test_a_figure_that_is_no_number_is_read_as_the_summary_has_it(figure: float | None) -> None:
    """Never where the promise is broken, and not measured where it is undecided; from the file it is the same."""
    broken = RECOVERY.read(synthetic.experiment(synthetic.recovered(figure, Ruling.BROKEN)))
    assert broken is not None
    assert broken.value == math.inf
    assert RECOVERY.read(synthetic.experiment(synthetic.recovered(figure, Ruling.UNDECIDED))) is None


def test_loss_is_the_most_that_any_promise_found() -> None:
    """Two promises see the same writes from two sides: they do not add up, and the second does not hide."""
    record = synthetic.experiment(measured("one", lost_writes=0), measured("two", lost_writes=7))
    found = LOSS.read(record)
    assert found is not None
    assert found.value == 7
    assert LOSS.read(synthetic.experiment(measured("one", lost_writes=None))) is None


def test_latency_without_end_is_infinite() -> None:
    """Most were not answered, so that p95 is no number; without any request due it was not measured."""
    assert LATENCY.read(under_load(None, 40.0)).value == math.inf  # type: ignore[union-attr]
    assert LATENCY.read(under_load(6.5)).value == 6.5  # type: ignore[union-attr]
    assert LATENCY.read(under_load(None, None)) is None
    assert LATENCY.read(recovery(2.5)) is None


def test_a_share_is_no_finer_than_a_request() -> None:
    """Of 4,000 requests one is 0.025 %."""
    found = SERVED.read(under_load(6.5, 99.9))
    assert found is not None
    assert (found.value, found.give_or_take) == (99.9, pytest.approx(0.025))
    assert SERVED.read(under_load(6.5, None)) is None
    assert SERVED.read(recovery(2.5)) is None


def test_more_is_worse_but_for_what_is_served() -> None:
    """Every quantity says which of two values is the worse one."""
    for quantity in QUANTITIES.values():
        assert (quantity.badness(2.0) > quantity.badness(1.0)) is (quantity is not SERVED)
