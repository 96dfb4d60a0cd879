"""Promises about what a cluster costs, and about who hears of it when it costs more.

That an overrun is bounded is no promise here: AWS offers no cap on the I/O of a cluster, and alarms are what is left.
"""

import pytest

from drill.checks.cost import (
    budget_with_alert_exists,
    capacity_model_fits,
    consumption_is_watched,
    cost_by_pattern,
    nothing_oversized,
    nothing_undersized,
    overrun_is_named,
    overrun_is_noticed_within,
    within_budget,
)
from scenarios.cost import OVERRUNS, STEADY, WATCHED

pytestmark = [pytest.mark.aurora, pytest.mark.cost]


class TestSpending:
    """The declared demand, and nothing else."""

    @pytest.fixture(scope="class", params=[STEADY], ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """It is measured once; every promise judges the same evidence."""
        return observe_load(request.param)

    def test_a_month_is_within_the_budget(self, judge, budget_usd, cluster_demand, book):
        """A month at the declared rates costs no more than was meant."""
        assert judge(within_budget(budget_usd, demand=cluster_demand, book=book))

    def test_every_pattern_has_its_price(self, judge, book):
        """What a million requests of each pattern cost is known."""
        assert judge(cost_by_pattern(book=book))

    def test_the_storage_model_fits(self, judge, cluster_demand, book, worth_usd):
        """The cluster would cost no less in the other storage model."""
        assert judge(capacity_model_fits(demand=cluster_demand, book=book, worth_usd=worth_usd))

    def test_nothing_is_oversized(self, judge, cluster_demand, book, worth_usd):
        """Instances that are paid for are used."""
        assert judge(nothing_oversized(demand=cluster_demand, book=book, worth_usd=worth_usd))

    def test_nothing_is_undersized(self, judge, cluster_demand, book):
        """Instances have some processor time left."""
        assert judge(nothing_undersized(demand=cluster_demand, book=book))


class TestWatching:
    """The cluster, which nobody disturbs: who watches its bill."""

    @pytest.fixture(scope="class", params=[WATCHED], ids=str)
    @classmethod
    def history(cls, request, inspect_cluster_bill):
        """Control planes are asked once; every promise judges the same evidence."""
        return inspect_cluster_bill(request.param)

    def test_a_budget_has_an_alert(self, judge, budget_usd):
        """Somebody hears of it before the month's budget is spent."""
        assert judge(budget_with_alert_exists(budget_usd))

    def test_consumption_is_watched(self, judge):
        """Alarms that somebody hears watch what is paid for by use."""
        assert judge(consumption_is_watched())


@pytest.mark.destructive
class TestOverruns:
    """Somebody spends more than was meant."""

    @pytest.fixture(scope="class", params=OVERRUNS, ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """Each way happens once; every promise judges the same evidence."""
        return observe_load(request.param)

    def test_it_is_noticed(self, judge, objectives, budget_usd, book):
        """Whoever watches the spending sees it in time."""
        assert judge(overrun_is_noticed_within(objectives.cost_notice, budget_usd=budget_usd, book=book))

    def test_it_is_named(self, judge, book):
        """The evidence names the statement, and what it costs a month."""
        assert judge(overrun_is_named(book=book))
