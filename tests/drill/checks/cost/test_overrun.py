"""An overrun that is injected: noticed, named with its price, bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.cost import overrun_is_bounded, overrun_is_named, overrun_is_noticed_within
from drill.verdict import Check, Ruling
from tests.drill.checks.load.stories import LoadStory, session
from tests.drill.costs.bills import calls, cluster, home, io, metric, on_demand, setting, shop
from tests.drill.histories import property_test

SCAN_USD = 1280 * 730 * 3600 * 0.125e-6


def scanned(*, from_s: float = 0.5, to_s: float = 8.0, story: LoadStory | None = None, **told: str) -> LoadStory:
    """A runaway scan by somebody whose calls nobody recorded: ten pages of 128 units a second, as metrics tell."""
    story = story or shop()
    setting(story, "fault", cause="runaway scan", **({"table": "orders", "operation": "Scan"} | told))
    metric(story, "ConsumedReadCapacityUnits", 20, to_s=from_s)
    metric(story, "ConsumedReadCapacityUnits", 1300, from_s=from_s, to_s=to_s)
    metric(story, "SuccessfulRequestLatency", 20, statistic="SampleCount", detail="GetItem")
    metric(story, "SuccessfulRequestLatency", 10, statistic="SampleCount", detail="PutItem")
    return metric(
        story, "SuccessfulRequestLatency", 10, statistic="SampleCount", detail="Scan", from_s=from_s, to_s=to_s
    )


def unindexed(**told: str) -> LoadStory:
    """A statement that reads 20,000 pages a second, seen in the sessions."""
    story = io(io(cluster(), 100, to_s=0.5), 20_000, from_s=0.5, to_s=8)
    setting(story, "fault", **({"cause": "unindexed query", "relation": "lines"} | told))
    for at in range(-20, 40):
        at_s = at / 5
        session(
            story, at_s, "shop", query="SELECT * FROM orders WHERE id = $1", state="active" if at % 7 == 0 else "idle"
        )
        if at_s > 0.5:
            session(story, at_s, "drill culprit", query="SELECT sum(price) FROM lines WHERE note = $1", state="active")
    return story


def test_a_runaway_scan_is_noticed() -> None:
    """Within seconds, and dated."""
    verdict = overrun_is_noticed_within(60)(scanned().told())
    assert verdict.ruling is Ruling.HELD
    assert 1 <= (verdict.measured["noticed_after_s"] or 0) <= 4


def test_an_overrun_that_is_seen_too_late_breaks() -> None:
    """Nobody would notice within a second what begins after five."""
    verdict = overrun_is_noticed_within(4)(scanned(from_s=5).told())
    assert verdict.ruling is Ruling.BROKEN


def test_a_fault_that_costs_nothing_has_nothing_to_notice() -> None:
    """Undecided: the experiment shows nothing of who would notice."""
    for check in CHECKS:
        assert check(shop().told()).ruling is Ruling.UNDECIDED


def test_spending_beyond_the_budget_is_noticed_before_it_doubles() -> None:
    """Half as much again is no doubling, and beyond the budget."""
    story = metric(metric(shop(), "ConsumedWriteCapacityUnits", 20, to_s=0), "ConsumedWriteCapacityUnits", 32, from_s=0)
    assert overrun_is_noticed_within(60)(story.told()).ruling is Ruling.UNDECIDED
    assert overrun_is_noticed_within(60, budget_usd=50)(story.told()).ruling is Ruling.HELD


def test_what_was_beyond_before_the_fault_is_undecided() -> None:
    """Then the fault shows nothing."""
    story = calls(shop(), operation="Scan", pattern=None, reads=500.0, from_s=-2.9, to_s=8)
    assert overrun_is_noticed_within(60)(story.told()).ruling is Ruling.UNDECIDED


def test_one_second_is_jitter() -> None:
    """A single second of thrice the usual is no overrun, neither in the line nor in the whole."""
    story = metric(shop(), "ConsumedReadCapacityUnits", 20, to_s=2)
    metric(story, "ConsumedReadCapacityUnits", 60, from_s=2, to_s=3)
    metric(story, "ConsumedReadCapacityUnits", 20, from_s=3)
    verdict = overrun_is_noticed_within(60)(story.told())
    assert verdict.ruling is Ruling.UNDECIDED


def test_what_another_table_spends_is_not_noticed_as_the_fault() -> None:
    """Evidence of something else proves nothing: the fault tells its table."""
    assert overrun_is_noticed_within(60)(scanned(table="carts").told()).ruling is Ruling.UNDECIDED


def test_metrics_by_the_minute_are_dated_at_their_end() -> None:
    """On AWS nobody knows earlier than CloudWatch does."""
    story = on_demand(home())
    for at_s in range(-200, 130):
        story.request(at_s)
    metric(story, "ConsumedReadCapacityUnits", 1200, from_s=-240, to_s=0, period_s=60)
    metric(story, "ConsumedReadCapacityUnits", 60_000, from_s=0, to_s=180, period_s=60)
    story.story.change({"completed_ns": story.story.rows[-1]["completed_ns"] + 200_000_000_000}, action="heal")
    story.story.change({"invoked_ns": story.story.rows[-1]["invoked_ns"] + 200_000_000_000}, action="heal")
    verdict = overrun_is_noticed_within(130)(story.told())
    assert verdict.ruling is Ruling.HELD
    assert (verdict.measured["noticed_after_s"] or 0) >= 59


def test_a_runaway_scan_is_named_and_priced() -> None:
    """Table, operation and USD per month, by metrics alone."""
    verdict = overrun_is_named()(scanned().told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.because.startswith("Scan on orders")
    assert verdict.measured["overrun_usd_per_month"] == pytest.approx(SCAN_USD, rel=0.15)


def test_calls_name_the_operation_where_they_explain_it() -> None:
    """An application's own loop is named by its own calls."""
    story = setting(shop(), "fault", table="orders", operation="update_item")
    calls(story, operation="UpdateItem", pattern=None, rate=100, reads=None, writes=5.0, from_s=0.2, to_s=8)
    verdict = overrun_is_named()(story.told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.because.startswith("UpdateItem on orders")


@pytest.mark.parametrize("told", [{"operation": "Query"}, {"table": "carts"}])
def test_the_wrong_name_breaks(told: dict[str, str]) -> None:
    """Somebody would go and look elsewhere."""
    verdict = overrun_is_named()(scanned(**told).told())
    assert verdict.ruling is Ruling.BROKEN
    assert "; it was" in verdict.because


def test_growth_that_nothing_explains_is_undecided() -> None:
    """Units without an operation; and more requests by chance are no explanation."""
    story = scanned().without("metrics", lambda row: row["detail"] == "Scan")
    assert overrun_is_named()(story.told()).ruling is Ruling.UNDECIDED


def test_a_hot_retry_loop_is_named_by_its_failures() -> None:
    """A condition that fails costs what it did not write, and is no successful request."""
    story = setting(shop(), "fault", table="orders", operation="PutItem")
    metric(story, "ConsumedWriteCapacityUnits", 20, to_s=0.5)
    metric(story, "ConsumedWriteCapacityUnits", 620, from_s=0.5, to_s=8)
    metric(story, "ConditionalCheckFailedRequests", 200, from_s=0.5, to_s=8)
    verdict = overrun_is_named()(story.told())
    assert verdict.ruling is Ruling.HELD
    assert "a conditional write that fails" in verdict.because


def forgotten() -> LoadStory:
    """A table that is made under the fault, and that nobody described."""
    story = setting(shop(), "fault", table="forgotten", cause="forgotten table")
    for kind in ("Read", "Write"):
        metric(
            story,
            f"Provisioned{kind}CapacityUnits",
            500,
            subject="forgotten",
            statistic="Average",
            from_s=0.5,
            to_s=8,
        )
    return story


def test_a_forgotten_table_is_noticed_named_and_bounded() -> None:
    """It costs what it holds, and no more."""
    assert overrun_is_noticed_within(60)(forgotten().told()).ruling is Ruling.HELD
    named = overrun_is_named()(forgotten().told())
    assert named.ruling is Ruling.HELD
    assert "provisioned units of forgotten" in named.because
    assert overrun_is_bounded()(forgotten().told()).ruling is Ruling.HELD
    assert overrun_is_bounded(100)(forgotten().told()).ruling is Ruling.BROKEN


def test_an_unindexed_query_is_noticed_and_named() -> None:
    """By the I/O that it costs, and the statement that runs."""
    assert overrun_is_noticed_within(60)(unindexed().told()).ruling is Ruling.HELD
    verdict = overrun_is_named()(unindexed().told())
    assert verdict.ruling is Ruling.HELD
    assert "FROM lines WHERE note" in verdict.because
    assert (verdict.measured["overrun_usd_per_month"] or 0) > 5000


@pytest.mark.parametrize("told", [{"relation": "customers"}, {"query": "SELECT 1"}])
def test_another_statement_breaks(told: dict[str, str]) -> None:
    """The relation or the query that the fault tells must be the one that is named."""
    assert overrun_is_named()(unindexed(**told).told()).ruling is Ruling.BROKEN


def test_io_of_a_cluster_has_no_cap() -> None:
    """AWS offers none, so that the promise is undecided, and says what is left."""
    verdict = overrun_is_bounded()(unindexed().told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "consumption_is_watched" in verdict.because


def test_a_cap_bounds_the_bill() -> None:
    """4,000 read units a second are 1,314 USD a month at most."""
    verdict = overrun_is_bounded()(scanned().told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["bound_usd_per_month"] == pytest.approx(4000 * 730 * 3600 * 0.125e-6)


def test_a_bound_that_is_too_high_breaks() -> None:
    """A cap that allows more than is meant is none."""
    assert overrun_is_bounded(1000)(scanned().told()).ruling is Ruling.BROKEN


def capped(cap: str) -> LoadStory:
    """The shop with another cap on its reads."""
    return shop().change("settings", {"value": cap}, lambda row: row["name"] == "MaxReadRequestUnits")


def test_no_cap_breaks_with_the_command_that_sets_one() -> None:
    """DynamoDB offers one."""
    story = scanned(story=capped("none"))
    verdict = overrun_is_bounded()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "--on-demand-throughput MaxReadRequestUnits=" in verdict.evidence[0]


def test_a_cap_that_does_not_hold_breaks() -> None:
    """Consumption past the cap by more than half is no burst."""
    story = scanned(story=capped("400"))
    verdict = overrun_is_bounded()(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "went past it" in verdict.because


def test_a_fault_without_effect_proves_nothing() -> None:
    """Whatever was spent."""
    history = LoadStory(scanned().story.without(action="confirm"))
    history.tables = scanned().tables
    for check in CHECKS:
        assert check(history.told()).ruling is Ruling.UNDECIDED


def test_nothing_measured_under_the_fault_is_undecided() -> None:
    """Metrics and calls that end before it are no evidence of quiet."""
    story = shop()
    for table in ("calls", "requests"):
        moment = "answered_ns" if table == "calls" else "due_ns"
        story.without(table, lambda row, moment=moment: row[moment] > 1_000_000_000_000)  # type: ignore[misc]
    for check in CHECKS:
        assert check(story.told()).ruling is Ruling.UNDECIDED


@property_test
@given(begun_s=st.floats(0.2, 4.0))
def test_noticing_follows_the_overrun(begun_s: float) -> None:
    """Never before it began, and never more than four looks after."""
    verdict = overrun_is_noticed_within(60)(scanned(from_s=begun_s).told())
    assert verdict.ruling is Ruling.HELD
    assert begun_s <= (verdict.measured["noticed_after_s"] or 0) <= begun_s + 4


CHECKS: tuple[Check, ...] = (overrun_is_noticed_within(60), overrun_is_named(), overrun_is_bounded())
