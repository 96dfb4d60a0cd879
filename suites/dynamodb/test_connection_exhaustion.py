"""Promises that hold while capacity runs out: DynamoDB refuses calls where a server would refuse connections."""

import pytest

from drill.checks.items import (
    acknowledged_after_the_database,
    attempts_are_bounded,
    backs_off_with_jitter,
    batches_are_completed,
    cause_is_named,
    hot_key_is_named,
    no_storm_afterwards,
    nothing_doubled,
    nothing_lost,
    served_within_deadline,
    throttled_for,
    trouble_is_noticed_within,
)
from drill.checks.load import each_transfer_once, fast_again, money_is_conserved, steady_again_within
from scenarios.items.connections import EVERY_REASON, EXHAUSTED
from scenarios.items.degradation import HOT_PARTITION

pytestmark = [pytest.mark.dynamodb, pytest.mark.connections, pytest.mark.destructive]


class Refused:
    """What is promised to users, and what the database is spared, whatever it refuses."""

    def test_the_reason_is_told(self, judge):
        """Every reason of the fault was met, and told by the exception that the manual gives for it."""
        assert judge(throttled_for())

    def test_requests_are_served_in_time(self, judge, scenario):
        """Nineteen of twenty requests that were served before are served by their deadline; the others are told."""
        assert judge(served_within_deadline(share=0.95, affected=scenario.affected))

    def test_attempts_are_bounded(self, judge):
        """Who is refused tries again a few times, and not for ever."""
        assert judge(attempts_are_bounded(mean=2.5, worst=10))

    def test_no_storm_follows(self, judge, objectives):
        """What was put off does not fall upon the database once it accepts again."""
        assert judge(no_storm_afterwards(objectives.steady_again))

    def test_the_application_is_steady_again(self, judge, objectives):
        """Soon afterwards it is as if nothing had been refused."""
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


class TestEveryReason(Refused):
    """Some of all calls are refused, by turns for each of the 16 reasons."""

    @pytest.fixture(scope="class", params=[EVERY_REASON], ids=str)
    @classmethod
    def history(cls, request, observe_items):
        """It happens once; every promise judges the same evidence."""
        return observe_items(request.param)

    def test_waits_grow_at_random(self, judge):
        """Who is refused waits, longer each time, and not as long as everybody else."""
        assert judge(backs_off_with_jitter())

    @pytest.mark.usefixtures("item_shop")
    def test_batches_are_completed(self, judge):
        """Who is answered OK has all of his batch, though the database did a part of it at first."""
        assert judge(batches_are_completed())

    @pytest.mark.usefixtures("item_shop")
    def test_money_is_conserved(self, judge):
        """What was moved is neither lost nor made."""
        assert judge(money_is_conserved())

    @pytest.mark.usefixtures("item_shop")
    def test_each_transfer_happens_once(self, judge):
        """What the application was told is done is done once; what it was told has failed is not done."""
        assert judge(each_transfer_once())


class TestExhaustion(Refused):
    """A table has no units left: somebody else asks for more than it has."""

    @pytest.fixture(scope="class", params=[EXHAUSTED], ids=str)
    @classmethod
    def history(cls, request, observe_items):
        """It happens once; every promise judges the same evidence."""
        return observe_items(request.param)


@pytest.mark.degradation
class TestHotPartition(Refused):
    """One partition key is asked for more than a partition takes: of scenario 1, and of scenario 4."""

    @pytest.fixture(scope="class", params=[HOT_PARTITION], ids=str)
    @classmethod
    def history(cls, request, observe_items):
        """It happens once; every promise judges the same evidence."""
        return observe_items(request.param)

    def test_the_evidence_names_the_key(self, judge):
        """Which key is too hot stands in the evidence, with its share of what was refused."""
        assert judge(hot_key_is_named())

    def test_it_is_noticed(self, judge, objectives):
        """Within seconds requests are seen to be slow or refused, and since when is dated."""
        assert judge(trouble_is_noticed_within(objectives.notice, objective_ms=1000 * objectives.item_latency_p95))

    def test_the_cause_is_named(self, judge, scenario):
        """Calls, and what CloudWatch counted, tell that it is one partition, and which."""
        assert judge(cause_is_named(scenario.cause))

    def test_it_is_fast_again(self, judge, objectives):
        """Once it is over, nineteen of twenty requests are answered in time."""
        assert judge(fast_again(1000 * objectives.item_latency_p95))
