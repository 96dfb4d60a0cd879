"""Promises that hold while everything gets slower."""

import pytest

from drill.checks.load import (
    cause_is_named,
    degradation_is_noticed_within,
    fast_again,
    highest_rate,
    invariants_hold,
    lagging_is_told_from_down,
    throughput_returns,
    what_was_acknowledged_is_there,
)
from scenarios.degradation import LAGGING_READER, RAMP, SLOWDOWNS

pytestmark = [pytest.mark.aurora, pytest.mark.degradation, pytest.mark.destructive]


class Degraded:
    """What is promised whatever makes it slower."""

    def test_it_is_noticed(self, judge, objectives, scenario):
        """Within seconds some objective is seen to be breached, and since when is dated."""
        limit_ms, staleness_ms = 1000 * objectives.latency_p95, 1000 * objectives.staleness
        assert judge(
            degradation_is_noticed_within(
                objectives.notice, objective_ms=limit_ms, staleness_ms=staleness_ms, affected=scenario.affected
            )
        )

    def test_the_cause_is_named(self, judge, scenario):
        """Plans and counters from before and after tell what it was."""
        assert judge(cause_is_named(scenario.cause))

    def test_it_is_fast_again(self, judge, objectives):
        """Once it is mended, nineteen of twenty requests are answered in time."""
        assert judge(fast_again(1000 * objectives.latency_p95))

    def test_throughput_returns(self, judge):
        """Once it is mended, as much is answered as before."""
        assert judge(throughput_returns(share=0.9))

    @pytest.mark.usefixtures("shop")
    def test_the_data_is_whole(self, judge):
        """Slow is not wrong."""
        assert judge(invariants_hold())

    @pytest.mark.usefixtures("shop")
    def test_what_was_acknowledged_is_there(self, judge):
        """Orders and payments that users were told are made are in the tables, and those that failed are not."""
        assert judge(what_was_acknowledged_is_there())


class TestSlowdown(Degraded):
    """Queries take longer."""

    @pytest.fixture(scope="class", params=SLOWDOWNS, ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """Each way happens once; every promise judges the same evidence."""
        return observe_load(request.param)


class TestLag(Degraded):
    """A reader falls behind."""

    @pytest.fixture(scope="class", params=[LAGGING_READER], ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """It happens once; every promise judges the same evidence."""
        return observe_load(request.param)

    def test_lagging_is_told_from_down(self, judge):
        """A reader that answers late is not taken for one that does not answer."""
        assert judge(lagging_is_told_from_down())


class TestRamp:
    """Nothing is broken: more and more is asked."""

    @pytest.fixture(scope="class", params=[RAMP], ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """It is measured once."""
        return observe_load(request.param)

    def test_the_highest_rate_is_known(self, judge, objectives):
        """Up to which rate nineteen of twenty requests are answered in time; it is reported, and not judged."""
        assert judge(highest_rate(1000 * objectives.latency_p95))
