"""The month's bill against a budget, and each pattern's part in it."""

from __future__ import annotations

import pytest

from drill.checks.cost import cost_by_pattern, within_budget
from drill.costs import Demand, PriceBook
from drill.verdict import Ruling
from tests.drill.costs.bills import calls, cluster, home, io, metric, on_demand, shop

MILLION_READS = 0.125


def test_a_month_within_its_budget_holds() -> None:
    """Twenty units of each kind a second are 39.42 USD a month."""
    verdict = within_budget(50)(shop().told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["projected_usd_per_month"] == pytest.approx(39.42, rel=0.05)


def test_a_month_beyond_its_budget_breaks() -> None:
    """And says what most of it is for."""
    verdict = within_budget(20)(shop().told())
    assert verdict.ruling is Ruling.BROKEN
    assert "write request units of orders" in verdict.because


def test_the_declared_demand_counts_not_the_measured_one() -> None:
    """Ten times the measured rate costs ten times as much."""
    demand = Demand(rates={"order-by-id": 200, "place-order": 100})
    assert within_budget(50, demand=demand)(shop().told()).ruling is Ruling.BROKEN
    assert within_budget(500, demand=demand)(shop().told()).ruling is Ruling.HELD


def test_a_fault_is_not_in_the_usual_bill() -> None:
    """What a runaway scan consumes under the fault is no part of the month as usual."""
    story = calls(shop(), operation="Scan", pattern=None, reads=128.0, rate=10, from_s=0.5, to_s=7)
    assert within_budget(50)(story.told()).ruling is Ruling.HELD


def test_without_a_fault_all_of_it_counts() -> None:
    """A load that nothing was done to is judged whole."""
    story = shop()
    story.story.rows.clear()
    assert within_budget(50)(story.told()).ruling is Ruling.HELD


def test_calls_that_do_not_tell_are_not_free() -> None:
    """Undecided, unless metrics tell; and then they count."""
    story = calls(on_demand(home()), reads=None)
    verdict = within_budget(50)(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "ReturnConsumedCapacity" in verdict.because
    told = metric(calls(on_demand(home()), reads=None), "ConsumedReadCapacityUnits", 1000)
    assert within_budget(50)(told.told()).ruling is Ruling.BROKEN


def test_a_missing_price_is_undecided_and_says_what_to_add() -> None:
    """Never free."""
    verdict = within_budget(50, book=PriceBook(file="mine.toml"))(shop().told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "mine.toml: us-east-1: " in verdict.because


def test_nothing_measured_is_undecided() -> None:
    """No evidence is no pass."""
    assert within_budget(50)(home().told()).ruling is Ruling.UNDECIDED


def test_a_cluster_is_judged_alike() -> None:
    """Three instances are 569.40 USD a month, and I/O is added."""
    verdict = within_budget(600)(io(cluster(), 10).told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["projected_usd_per_month"] == pytest.approx(574.7, rel=0.01)
    assert within_budget(600)(io(cluster(), 1000).told()).ruling is Ruling.BROKEN


def test_each_pattern_has_its_price() -> None:
    """A line a pattern, the dearest first."""
    verdict = cost_by_pattern()(shop().told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["order-by-id_usd_per_million"] == pytest.approx(MILLION_READS, rel=0.02)
    assert verdict.evidence[0].startswith("place-order: 1.2")


def test_a_pattern_above_its_limit_breaks() -> None:
    """And is named with both figures."""
    verdict = cost_by_pattern({"place-order": 1.0})(shop().told())
    assert verdict.ruling is Ruling.BROKEN
    assert "place-order" in verdict.because
    assert "of 1 allowed" in verdict.because


@pytest.mark.parametrize("limits", [{"returns": 1.0}, None])
def test_a_pattern_without_a_price_is_undecided(limits: dict[str, float] | None) -> None:
    """One that has a limit and was not measured; one whose requests sent no call that was recorded."""
    story = shop()
    if limits is None:
        story.request(-2, pattern="silent")
    assert cost_by_pattern(limits)(story.told()).ruling is Ruling.UNDECIDED


def test_a_datapoint_that_is_of_before_and_after_is_not_usual() -> None:
    """Neither the one in which the fault begins, nor the one in which data was loaded before the load."""
    story = shop()
    metric(story, "ConsumedReadCapacityUnits", 5000, from_s=-4.5, to_s=-3.5)
    metric(story, "ConsumedReadCapacityUnits", 20, from_s=-3.5, to_s=-0.5)
    metric(story, "ConsumedReadCapacityUnits", 5000, from_s=-0.5, to_s=0.5)
    verdict = within_budget(50)(story.told())
    assert verdict.measured["projected_usd_per_month"] == pytest.approx(39.42, rel=0.05)
