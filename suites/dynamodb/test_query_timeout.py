"""Promises that hold while answers come late, never, or are lost on the way."""

import pytest

from drill.checks.items import (
    acknowledged_after_the_database,
    attempts_are_bounded,
    calls_end_before_the_deadline,
    no_storm_afterwards,
    nothing_doubled,
    nothing_lost,
    repeats_are_safe,
    served_within_deadline,
    slow_is_told_from_silent,
    unknown_outcomes_are_settled,
)
from drill.checks.load import each_transfer_once, money_is_conserved, steady_again_within
from scenarios.items.timeouts import SILENT, SLOW

pytestmark = [pytest.mark.dynamodb, pytest.mark.timeouts, pytest.mark.destructive]


class HeldUp:
    """What is promised whatever keeps answers away."""

    def test_calls_end_before_the_deadline(self, judge):
        """The client's timeouts, and all its repeats together, end before its user leaves."""
        assert judge(calls_end_before_the_deadline())

    def test_requests_are_served_in_time(self, judge, scenario):
        """Nine of ten requests that were served before are served by their deadline; the others are told."""
        assert judge(served_within_deadline(share=0.9, affected=scenario.affected))

    def test_slow_is_told_from_silent(self, judge):
        """The evidence tells whether answers came late, never, or were cut off, and so does the application."""
        assert judge(slow_is_told_from_silent())

    def test_attempts_are_bounded(self, judge):
        """What is not answered is not asked for again and again."""
        assert judge(attempts_are_bounded(mean=2.5, worst=10))

    def test_no_storm_follows(self, judge, objectives):
        """What was put off does not fall upon the database once it answers again."""
        assert judge(no_storm_afterwards(objectives.steady_again))

    def test_the_application_is_steady_again(self, judge, objectives):
        """Soon afterwards it is as if nothing had been."""
        assert judge(steady_again_within(objectives.steady_again, objective_ms=1000 * objectives.item_latency_p95))

    @pytest.mark.usefixtures("item_shop")
    def test_nobody_is_told_too_early(self, judge):
        """Who is told that a write is done is told so after the database said it."""
        assert judge(acknowledged_after_the_database())

    @pytest.mark.usefixtures("item_shop")
    def test_nothing_is_lost(self, judge):
        """What users were told is stored is stored."""
        assert judge(nothing_lost())

    @pytest.mark.usefixtures("item_shop")
    def test_nothing_is_doubled(self, judge):
        """And it is stored once, however often it was tried."""
        assert judge(nothing_doubled())

    @pytest.mark.usefixtures("item_shop")
    def test_money_is_conserved(self, judge):
        """What was moved is neither lost nor made."""
        assert judge(money_is_conserved())

    @pytest.mark.usefixtures("item_shop")
    def test_each_transfer_happens_once(self, judge):
        """What the application was told is done is done once; what it was told has failed is not done."""
        assert judge(each_transfer_once())


class TestSlow(HeldUp):
    """Every answer comes late, and comes."""

    @pytest.fixture(scope="class", params=[SLOW], ids=str)
    @classmethod
    def history(cls, request, observe_items):
        """It happens once; every promise judges the same evidence."""
        return observe_items(request.param)


class TestUnanswered(HeldUp):
    """Some calls are never answered, and nobody knows what became of their writes."""

    @pytest.fixture(scope="class", params=[SILENT], ids=str)
    @classmethod
    def history(cls, request, observe_items):
        """It happens once; every promise judges the same evidence."""
        return observe_items(request.param)

    @pytest.mark.usefixtures("item_shop")
    def test_unknown_outcomes_are_settled(self, judge):
        """Of most writes that were left open it is known in the end whether they are there, and rightly so."""
        assert judge(unknown_outcomes_are_settled(share=0.8))

    @pytest.mark.usefixtures("item_shop")
    def test_repeats_are_safe(self, judge):
        """What may have been applied is only sent again where twice is no more than once."""
        assert judge(repeats_are_safe())
