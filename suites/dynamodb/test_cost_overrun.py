"""Promises about what tables cost, and about who hears of it when they cost more."""

import pytest

from drill.checks.cost import (
    budget_with_alert_exists,
    capacity_model_fits,
    consumption_is_watched,
    cost_by_pattern,
    nothing_oversized,
    nothing_undersized,
    overrun_is_bounded,
    overrun_is_named,
    overrun_is_noticed_within,
    within_budget,
)
from scenarios.items.cost import OVERRUNS, STEADY, WATCHED

pytestmark = [pytest.mark.dynamodb, pytest.mark.cost]


class TestSpending:
    """The declared demand, and nothing else."""

    @pytest.fixture(scope="class", params=[STEADY], ids=str)
    @classmethod
    def history(cls, request, observe_items):
        """It is measured once; every promise judges the same evidence."""
        return observe_items(request.param)

    def test_a_month_is_within_the_budget(self, judge, budget_usd, item_demand, book):
        """A month at the declared rates costs no more than was meant."""
        assert judge(within_budget(budget_usd, demand=item_demand, book=book))

    def test_every_pattern_has_its_price(self, judge, book):
        """What a million requests of each pattern cost is known."""
        assert judge(cost_by_pattern(book=book))

    def test_the_capacity_model_fits(self, judge, item_demand, book, worth_usd):
        """No table would cost less in the other capacity mode."""
        assert judge(capacity_model_fits(demand=item_demand, book=book, worth_usd=worth_usd))

    def test_nothing_is_oversized(self, judge, item_demand, book, worth_usd):
        """Units that are paid for are used."""
        assert judge(nothing_oversized(demand=item_demand, book=book, worth_usd=worth_usd))

    def test_nothing_is_undersized(self, judge, item_demand, book):
        """Nobody is refused for want of units, and some are left."""
        assert judge(nothing_undersized(demand=item_demand, book=book))


class TestWatching:
    """The target's own tables, which nobody disturbs: who watches them, and what they have used so far.

    They are held against what their users asked of them. What nobody uses and costs less than a hundredth of the budget
    is let be, as are units that autoscaling gives back by itself.
    """

    @pytest.fixture(scope="class", params=[WATCHED], ids=str)
    @classmethod
    def history(cls, request, inspect_bill):
        """Control planes are asked once; every promise judges the same evidence."""
        return inspect_bill(request.param)

    def test_a_budget_has_an_alert(self, judge, budget_usd):
        """Somebody hears of it before the month's budget is spent."""
        assert judge(budget_with_alert_exists(budget_usd))

    def test_consumption_is_watched(self, judge):
        """Alarms that somebody hears watch what is paid for by use."""
        assert judge(consumption_is_watched())

    def test_the_capacity_model_fits(self, judge, past_demand, book, worth_usd):
        """No table would have cost less in the other capacity mode."""
        assert judge(capacity_model_fits(demand=past_demand, book=book, worth_usd=worth_usd))

    def test_nothing_is_oversized(self, judge, book, worth_usd):
        """No units are paid for that nobody uses."""
        assert judge(nothing_oversized(book=book, worth_usd=worth_usd))


@pytest.mark.destructive
class TestOverruns:
    """Somebody spends more than was meant."""

    @pytest.fixture(scope="class", params=OVERRUNS, ids=str)
    @classmethod
    def history(cls, request, observe_items):
        """Each way happens once; every promise judges the same evidence."""
        return observe_items(request.param)

    def test_it_is_noticed(self, judge, objectives, budget_usd, book):
        """Whoever watches the spending sees it in time."""
        assert judge(overrun_is_noticed_within(objectives.cost_notice, budget_usd=budget_usd, book=book))

    def test_it_is_named(self, judge, book):
        """The evidence names the table and the operation, and what they cost a month."""
        assert judge(overrun_is_named(book=book))

    def test_it_is_bounded(self, judge, book):
        """It cannot grow without end: a cap, or the units that are held, stand in USD."""
        assert judge(overrun_is_bounded(book=book))
