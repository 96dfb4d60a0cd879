"""From what was measured to USD per month."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.costs import (
    AS_MEASURED,
    Demand,
    Setup,
    Spending,
    UnitPrices,
    autoscaled,
    break_even_peak,
    consumed,
    costs_of_patterns,
    on_demand,
    projected,
    shipped,
    total,
)
from drill.costs.items import MONTH_S
from drill.errors import Undecided
from drill.history import History
from tests.drill.checks.load.stories import LoadStory
from tests.drill.costs.bills import calls, cluster, home, io, metric, provisioned, setting, shop
from tests.drill.costs.bills import on_demand as on_demand_table
from tests.drill.histories import ns, property_test

FROM, TO = ns(-3), ns(0)
READ_USD, WRITE_USD = 0.125e-6, 0.625e-6


def lines(history: History, demand: Demand = AS_MEASURED) -> dict[tuple[str, str], float]:
    """USD per month by resource and item."""
    found = projected(history, shipped(), FROM, TO, demand=demand)
    return {(line.resource, line.item): line.usd_per_month for line in found}


def test_a_month_is_what_was_consumed_times_the_price() -> None:
    """20 read units and 20 write units a second, for 730 hours."""
    found = lines(shop().told())
    assert found[("orders", "read request units")] == pytest.approx(20 * MONTH_S * READ_USD, rel=0.02)
    assert found[("orders", "write request units")] == pytest.approx(20 * MONTH_S * WRITE_USD, rel=0.02)


def test_provisioned_units_cost_whether_used_or_not() -> None:
    """40 and 40 units for 730 hours, and nothing by use."""
    found = lines(calls(provisioned(home()), table="sessions").told())
    assert found == {
        ("sessions", "read capacity units"): pytest.approx(40 * 730 * 0.00013),
        ("sessions", "write capacity units"): pytest.approx(40 * 730 * 0.00065),
    }


def test_storage_and_recovery_are_paid_by_size() -> None:
    """10 GB of a table and 2 GB of its index, with point-in-time recovery."""
    gb = 2**30
    story = on_demand_table(home(), TableSizeBytes=str(10 * gb), PointInTimeRecovery="ENABLED")
    setting(story, "orders/by-status", IndexStatus="ACTIVE", IndexSizeBytes=str(2 * gb))
    found = lines(calls(story).told())
    assert found[("orders", "table storage")] == pytest.approx(12 * 0.25)
    assert found[("orders", "table recovery")] == pytest.approx(12 * 0.20)


def test_a_global_table_pays_for_a_write_in_each_region() -> None:
    """What is written at home is replicated, at the price of replicated writes."""
    story = on_demand_table(home(), Replicas="us-west-2")
    found = lines(calls(story, reads=None, writes=1.0).told())
    assert found[("orders", "replicated write request units")] == pytest.approx(20 * MONTH_S * WRITE_USD, rel=0.02)
    assert ("orders@us-west-2", "replicated write request units") in found


def test_what_two_sources_tell_counts_once() -> None:
    """Metrics that saw the same calls add nothing; those that saw more count instead."""
    once = lines(calls(on_demand_table(home())).told())
    same = calls(on_demand_table(home()))
    assert lines(metric(same, "ConsumedReadCapacityUnits", 20).told()) == pytest.approx(once, rel=0.02)
    more = metric(calls(on_demand_table(home())), "ConsumedReadCapacityUnits", 60)
    assert lines(more.told())[("orders", "read request units")] == pytest.approx(60 * MONTH_S * READ_USD, rel=0.02)


def test_a_cluster_is_paid_by_instance_and_io() -> None:
    """Three db.r6g.large and 1,000 I/Os a second; in the I/O-optimized model the I/O is free and the rest is dearer."""
    found = lines(io(cluster(), 1000).told())
    assert found[("lab", "cluster io")] == pytest.approx(1000 * MONTH_S * 0.2e-6, rel=0.02)
    assert found[("a", "db.r6g.large")] == pytest.approx(0.26 * 730)
    optimized = lines(io(cluster(storage="aurora-iopt1"), 1000).told())
    assert optimized[("lab", "cluster io")] == 0
    assert optimized[("a", "db.r6g.large io-optimized")] == pytest.approx(0.338 * 730)


def test_metrics_date_provisioned_units() -> None:
    """A table that is made in the middle is not paid for before; settings alone could not tell."""
    story = calls(on_demand_table(home()))
    metric(story, "ProvisionedWriteCapacityUnits", 500, subject="forgotten", statistic="Average", from_s=1)
    spending = Spending.of(consumed(story.told()), Setup.of(story.told()), shipped())
    before, later = (total(spending.between(ns(a), ns(b))) for a, b in ((-3, 0), (3, 6)))
    assert later - before == pytest.approx(500 * 730 * 0.00065, rel=0.02)


def test_who_does_not_say_how_it_is_billed_is_not_guessed() -> None:
    """Calls of a table that nobody described make the cost undecided."""
    with pytest.raises(Undecided, match="how the table carts is billed"):
        lines(calls(shop(), table="carts").told())


def test_nothing_measured_is_no_cost_of_nothing() -> None:
    """A history without evidence is undecided, not free."""
    with pytest.raises(Undecided, match="nothing was measured"):
        consumed(home().forget("settings").told())


def test_a_declared_pattern_that_was_not_measured_is_undecided() -> None:
    """Its cost is not known."""
    with pytest.raises(Undecided, match="never asked for in what was measured: returns"):
        lines(shop().told(), Demand(rates={"returns": 3}))


@property_test
@given(rate=st.floats(0.1, 1e5), factor=st.floats(0.01, 100))
def test_what_is_paid_by_use_is_linear_in_the_rate(rate: float, factor: float) -> None:
    """Twice the rate of every pattern is twice the cost by use."""
    history = SHOP
    once = lines(history, Demand(rates={"order-by-id": rate, "place-order": rate}))
    more = lines(history, Demand(rates={"order-by-id": rate * factor, "place-order": rate * factor}))
    assert more == pytest.approx({key: usd * factor for key, usd in once.items()})


def test_what_is_paid_while_it_is_there_does_not_grow() -> None:
    """Instances cost the same at any rate; I/O grows with all requests."""
    story = io(cluster(), 100)
    for at_s in range(-4, 12):
        story.request(at_s, pattern="order-by-id")
    once, more = (lines(story.told(), Demand(rates={"order-by-id": rate})) for rate in (1, 10))
    assert more[("a", "db.r6g.large")] == once[("a", "db.r6g.large")]
    assert more[("lab", "cluster io")] == pytest.approx(10 * once[("lab", "cluster io")])


@property_test
@given(average=st.floats(0.01, 1e6), request=st.floats(1e-9, 1e-3), hour=st.floats(1e-7, 1e-1))
def test_at_the_break_even_both_models_cost_the_same(average: float, request: float, hour: float) -> None:
    """Whatever the prices; a smaller peak makes provisioned capacity cheaper, a larger one dearer."""
    prices = UnitPrices(request_usd=request, hour_usd=hour)
    peak = break_even_peak(prices)
    used = on_demand(average, prices)
    assert autoscaled(average, peak, prices) == pytest.approx(used)
    assert autoscaled(average, peak / 2, prices) < used < autoscaled(average, peak * 2, prices)


def test_patterns_of_on_demand_tables_cost_their_units() -> None:
    """A read of one unit costs 0.125 USD per million, a write of two 1.25."""
    found = {each.pattern: each.usd_per_million for each in costs_of_patterns(SHOP, shipped(), FROM, TO)}
    assert found == {"order-by-id": pytest.approx(0.125, rel=0.02), "place-order": pytest.approx(1.25, rel=0.05)}


def test_patterns_share_a_provisioned_bill() -> None:
    """Their shares add up to what the table costs while they were measured."""
    story = provisioned(home(LoadStory(home().story)))
    calls(story, table="sessions", pattern="a", reads=3.0)
    calls(story, table="sessions", pattern="b", reads=1.0)
    found = {each.pattern: each for each in costs_of_patterns(story.told(), shipped(), FROM, TO)}
    assert found["a"].usd_per_million == pytest.approx(3 * found["b"].usd_per_million, rel=0.02)
    paid = sum(each.usd_per_million * each.requests / 1e6 for each in found.values())
    assert paid * MONTH_S / 3 == pytest.approx(40 * 730 * 0.00013, rel=0.02)


def test_patterns_share_a_clusters_bill_by_time() -> None:
    """One that takes three times as long costs three times as much."""
    story = io(cluster(), 100)
    for at_s in range(-4, 12):
        story.request(at_s, 10, pattern="fast").request(at_s + 0.5, 30, pattern="slow")
    found = {each.pattern: each for each in costs_of_patterns(story.told(), shipped(), FROM, TO)}
    assert found["slow"].usd_per_million == pytest.approx(3 * found["fast"].usd_per_million)
    assert [part.rpartition(" ")[0] for part in found["slow"].of] == ["instances", "I/O"]


def test_a_recorded_consumption_is_not_counted_twice() -> None:
    """Who keeps what `consumed` gave as evidence gets the same bill from it."""
    history = SHOP
    again = History(
        operations=history.operations,
        anchor=history.anchor,
        tables={**history.tables, "consumption": consumed(history)},
    )
    assert lines(again) == lines(history)


@pytest.mark.parametrize("bad", [{"peak_over_average": 0.5}, {"rates": {"a": -1.0}}])
def test_what_is_no_demand_is_refused(bad: dict[str, object]) -> None:
    """A peak below the average, a negative rate."""
    with pytest.raises(ValueError, match="or more"):
        Demand(**bad)  # type: ignore[arg-type]


SHOP = shop().told()
