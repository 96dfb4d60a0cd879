"""Promises that hold while connections run out."""

import pytest

from drill.checks.load import (
    connections_return_to_baseline,
    holders_are_named,
    invariants_hold,
    operator_gets_in,
    pool_is_bounded,
    pool_utilisation,
    steady_again_within,
    surplus_is_refused_clearly,
    throughput_keeps,
    waits_within,
    what_was_acknowledged_is_there,
)
from scenarios.connections import EXHAUSTIONS, STORM
from scenarios.integration import EXPECTED_LOAD

pytestmark = [pytest.mark.aurora, pytest.mark.connections, pytest.mark.destructive]


class CrowdedOut:
    """What the pooled application and the operator are promised, however the connections are taken."""

    def test_the_application_keeps_its_throughput(self, judge):
        """Nineteen of twenty requests that were served before are served while others crowd in."""
        assert judge(throughput_keeps(share=0.95))

    def test_no_request_waits_longer_than_the_pool_allows(self, judge, timeouts):
        """Who gets no connection within the pool's timeout is told so, and does not wait on."""
        assert judge(waits_within(timeouts.pool_timeout_s, slack_s=0.5))

    def test_the_pool_is_bounded(self, judge):
        """It never has more connections than its size, nor more requests waiting than its queue holds."""
        assert judge(pool_is_bounded())

    def test_an_operator_gets_in(self, judge, objectives):
        """Somebody who can mend it is let in, on the slots that are reserved for that."""
        assert judge(operator_gets_in(objectives.refusal))

    def test_the_application_is_steady_again(self, judge, objectives):
        """Soon after the crowd is gone, it is as if there had been none."""
        assert judge(steady_again_within(objectives.steady_again, objective_ms=1000 * objectives.latency_p95))

    def test_connections_return_to_the_baseline(self, judge, objectives, scenario):
        """The server forgets the crowd: no connection of it stays."""
        assert judge(connections_return_to_baseline(objectives.steady_again, applications=scenario.clients))

    @pytest.mark.usefixtures("shop")
    def test_the_data_is_whole(self, judge):
        """Orders have their lines and totals, and nothing is paid for twice."""
        assert judge(invariants_hold())

    @pytest.mark.usefixtures("shop")
    def test_what_was_acknowledged_is_there(self, judge):
        """Orders and payments that users were told are made are in the tables, and those that failed are not."""
        assert judge(what_was_acknowledged_is_there())


class TestExhaustion(CrowdedOut):
    """Somebody takes every connection, and keeps it."""

    @pytest.fixture(scope="class", params=EXHAUSTIONS, ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """Each way happens once; every promise judges the same evidence."""
        return observe_load(request.param)

    def test_surplus_clients_are_refused_clearly(self, judge, objectives):
        """Who is one too many is told so, at once and in words that a program understands (53300)."""
        assert judge(surplus_is_refused_clearly(objectives.refusal))

    def test_the_evidence_names_the_holders(self, judge, scenario):
        """Whoever holds the connections stands in the evidence, with address, state and age."""
        assert judge(holders_are_named(scenario.clients[0]))


class TestStorm(CrowdedOut):
    """Somebody connects and disconnects as fast as he can."""

    @pytest.fixture(scope="class", params=[STORM], ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """It happens once; every promise judges the same evidence."""
        return observe_load(request.param)


class TestExpectedLoad:
    """Nobody crowds in: the load that the pool was made for."""

    @pytest.fixture(scope="class", params=[EXPECTED_LOAD], ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """It is measured once."""
        return observe_load(request.param)

    def test_the_pool_is_used(self, judge):
        """More than four of five connections are in use: a larger pool would only take them from others."""
        assert judge(pool_utilisation(minimum=0.8))

    def test_no_request_waits_longer_than_the_pool_allows(self, judge, timeouts):
        """And it is not too small either."""
        assert judge(waits_within(timeouts.pool_timeout_s, slack_s=0.5))
