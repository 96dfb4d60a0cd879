"""Promises that hold while queries and locks take too long."""

import pytest

from drill.checks.load import (
    client_outlasts_server,
    culprit_is_named,
    idle_transactions_end,
    invariants_hold,
    lock_waits_end,
    nothing_is_left_running,
    others_stay_fast,
    retries_are_bounded,
    statements_end_in_time,
    steady_again_within,
    what_was_acknowledged_is_there,
)
from scenarios.timeouts import LOCKS, SLOW_QUERIES

pytestmark = [pytest.mark.aurora, pytest.mark.timeouts, pytest.mark.destructive]


class HeldUp:
    """What everybody else is promised, whatever takes too long."""

    def test_other_queries_stay_fast(self, judge, objectives, scenario):
        """Who needs nothing of what is held up does not notice."""
        assert judge(others_stay_fast(1000 * objectives.latency_p95, affected=scenario.affected))

    @pytest.mark.usefixtures("shop")
    def test_the_client_outlasts_the_server(self, judge):
        """The server gives up before the client does, so that nothing runs that nobody waits for."""
        assert judge(client_outlasts_server())

    def test_retries_are_bounded(self, judge):
        """What cannot be served is not asked for again and again."""
        assert judge(retries_are_bounded(most=1.2))

    def test_nothing_is_left_running(self, judge, objectives, scenario):
        """When the culprits are gone, so are their back ends."""
        assert judge(nothing_is_left_running(objectives.steady_again, applications=scenario.clients))

    def test_the_application_is_steady_again(self, judge, objectives):
        """Soon afterwards it is as if nothing had been."""
        assert judge(steady_again_within(objectives.steady_again, objective_ms=1000 * objectives.latency_p95))

    @pytest.mark.usefixtures("shop")
    def test_a_cancelled_statement_leaves_no_half_transaction(self, judge):
        """Orders have all of their lines, or are not there."""
        assert judge(invariants_hold())

    @pytest.mark.usefixtures("shop")
    def test_what_was_acknowledged_is_there(self, judge):
        """Orders and payments that users were told are made are in the tables, and those that failed are not."""
        assert judge(what_was_acknowledged_is_there())


class TestSlowQueries(HeldUp):
    """Somebody asks for too much."""

    @pytest.fixture(scope="class", params=SLOW_QUERIES, ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """Each happens once; every promise judges the same evidence."""
        return observe_load(request.param)

    def test_statements_end_in_time(self, judge, timeouts):
        """Nothing outlives statement_timeout, and who is ended is told so (57014)."""
        assert judge(statements_end_in_time(timeouts.statement_timeout_s))

    def test_the_evidence_names_the_query(self, judge):
        """The query that took the time stands in the evidence, with how many ran it, and for how long."""
        assert judge(culprit_is_named("query"))


class TestLocks(HeldUp):
    """Somebody holds what others need."""

    @pytest.fixture(scope="class", params=LOCKS, ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """Each happens once; every promise judges the same evidence."""
        return observe_load(request.param)

    def test_lock_waits_end(self, judge, timeouts):
        """Nobody waits for a lock for longer than lock_timeout."""
        assert judge(lock_waits_end(timeouts.lock_timeout_s))

    def test_idle_transactions_end(self, judge, timeouts):
        """Who sits idle in a transaction is ended by idle_in_transaction_session_timeout."""
        assert judge(idle_transactions_end(timeouts.idle_in_transaction_timeout_s))

    def test_the_evidence_names_the_blocker(self, judge):
        """The chain of who waits for whom stands in the evidence, with its root, and for how long."""
        assert judge(culprit_is_named("lock"))
