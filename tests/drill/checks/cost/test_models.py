"""The right way to pay: by use or by provision, with I/O or without."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.cost import capacity_model_fits
from drill.costs import Demand
from drill.verdict import Ruling
from tests.drill.checks.load.stories import LoadStory
from tests.drill.costs.bills import calls, cluster, home, io, metric, on_demand, provisioned
from tests.drill.histories import property_test

STEADY, SPIKY = Demand(peak_over_average=1.2), Demand(peak_over_average=6)


def busy(story: LoadStory, table: str = "orders", units: float = 10.0) -> LoadStory:
    """Two hundred write units a second."""
    return calls(story, table=table, operation="PutItem", reads=None, writes=units)


def test_on_demand_at_a_steady_rate_breaks() -> None:
    """Far above the break-even utilisation the other model costs half; both stand in USD."""
    verdict = capacity_model_fits(demand=STEADY)(busy(on_demand(home())).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["break_even_utilisation_pct"] == pytest.approx(41.27, abs=0.01)
    assert verdict.measured["utilisation_pct"] == pytest.approx(83.3, abs=0.1)
    paid, other = (verdict.measured[f"{name}_usd_per_month"] for name in ("paid", "other_model"))
    assert paid == pytest.approx(328.5, rel=0.02)
    assert other == pytest.approx(162.7, rel=0.02)


def test_on_demand_for_spikes_holds() -> None:
    """At a sixth of its peak a table is right to pay by use."""
    assert capacity_model_fits(demand=SPIKY)(busy(on_demand(home())).told()).ruling is Ruling.HELD


def test_provisioned_units_that_nearly_nobody_uses_break() -> None:
    """Twenty units a second would cost less by use than two thousand that are held."""
    verdict = capacity_model_fits()(busy(provisioned(home(), writes=2000), "sessions", 1.0).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "on-demand would cost" in verdict.because


def test_provisioned_units_in_use_hold() -> None:
    """At 67 % by use would be dearer."""
    assert capacity_model_fits()(busy(provisioned(home(), writes=300), "sessions").told()).ruling is Ruling.HELD


def test_a_peak_that_nobody_knows_is_undecided() -> None:
    """Seconds of a load tell nothing of a day."""
    verdict = capacity_model_fits()(busy(on_demand(home())).told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "peak_over_average" in verdict.because


def test_an_hour_of_metrics_shows_the_peak() -> None:
    """One minute in ten with all of the traffic is a peak of ten times the average."""
    story = on_demand(home())
    story.story.rows.clear()
    for minute in range(90):
        metric(
            story,
            "ConsumedWriteCapacityUnits",
            120_000.0 if minute % 10 == 0 else 0.0,
            from_s=60 * (minute - 89),
            to_s=60 * (minute - 88),
            period_s=60,
        )
    assert capacity_model_fits()(story.told()).ruling is Ruling.HELD


def test_a_few_dollars_are_not_worth_a_change() -> None:
    """A table that costs two dollars a month may stay as it is."""
    assert capacity_model_fits(demand=STEADY)(busy(on_demand(home()), units=0.05).told()).ruling is Ruling.HELD


def test_standard_storage_with_little_io_holds() -> None:
    """And says where the break-even is."""
    verdict = capacity_model_fits()(io(cluster(), 50).told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["break_even_io_share_pct"] == pytest.approx(23.1, abs=0.1)


def test_standard_storage_with_much_io_breaks() -> None:
    """2,000 I/Os a second cost more than I/O-optimized adds."""
    verdict = capacity_model_fits()(io(cluster(), 2000).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "I/O-optimized would cost 740.22" in verdict.because


def test_io_optimized_without_io_breaks() -> None:
    """It pays 30 % more for nothing."""
    assert capacity_model_fits()(io(cluster(storage="aurora-iopt1"), 50).told()).ruling is Ruling.BROKEN
    assert capacity_model_fits()(io(cluster(storage="aurora-iopt1"), 2000).told()).ruling is Ruling.HELD


def test_io_that_nobody_measured_is_undecided() -> None:
    """No I/O seen is not no I/O; none counted is."""
    story = cluster()
    for at_s in range(-4, 12):
        story.request(at_s)
    assert capacity_model_fits()(story.told()).ruling is Ruling.UNDECIDED
    assert capacity_model_fits()(io(story, 0).told()).ruling is Ruling.HELD


def test_nothing_described_is_undecided() -> None:
    """No table, no cluster, no verdict."""
    assert capacity_model_fits()(LoadStory(home().story).request(0).request(3).told()).ruling is Ruling.UNDECIDED


@property_test
@given(peak=st.floats(1.0, 50.0))
def test_the_promise_follows_the_break_even(peak: float) -> None:
    """Broken exactly where provisioned capacity saves more than a tenth: at a peak below nine tenths of break-even."""
    verdict = capacity_model_fits(demand=Demand(peak_over_average=peak))(BUSY)
    break_even = 0.7 * 3600 * 0.625e-6 / 0.00065
    assert (verdict.ruling is Ruling.BROKEN) == (peak < 0.9 * break_even)


BUSY = busy(on_demand(home())).told()
