"""Promises about an application and its database: how it connects, what it keeps, and that money is never made."""

import pytest

from drill.checks.load import (
    application_recovers_within,
    each_transfer_once,
    endpoints_lead_right,
    invariants_hold,
    money_is_conserved,
    non_retryable_errors_are_not_retried,
    pool_is_bounded,
    pool_utilisation,
    serialization_failures_are_retried,
    waits_within,
    what_was_acknowledged_is_there,
)
from scenarios.integration import EXPECTED_LOAD, TRANSFERS

pytestmark = [pytest.mark.aurora, pytest.mark.phase5]


class TestExpectedLoad:
    """The load that the application's pool was made for."""

    @pytest.fixture(scope="class", params=[EXPECTED_LOAD], ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """It is measured once; every promise judges the same evidence."""
        return observe_load(request.param)

    def test_endpoints_lead_right(self, judge, endpoints):
        """The application reaches whom it means to reach."""
        assert judge(endpoints_lead_right(endpoints))

    def test_the_pool_is_used(self, judge):
        """More than four of five connections are in use, weighed by time."""
        assert judge(pool_utilisation(minimum=0.8))

    def test_the_pool_is_bounded(self, judge):
        """It never has more connections than its size, nor more requests waiting than its queue holds."""
        assert judge(pool_is_bounded())

    def test_no_request_waits_longer_than_the_pool_allows(self, judge, timeouts):
        """And it is large enough."""
        assert judge(waits_within(timeouts.pool_timeout_s, slack_s=0.5))

    @pytest.mark.usefixtures("shop")
    def test_transactions_are_whole(self, judge):
        """An order has all of its lines, its total is theirs, and it is paid for once."""
        assert judge(invariants_hold())

    @pytest.mark.usefixtures("shop")
    def test_what_was_acknowledged_is_there(self, judge):
        """Orders and payments that users were told are made are in the tables, and those that failed are not."""
        assert judge(what_was_acknowledged_is_there())


@pytest.mark.destructive
class TestTransfers:
    """Money is moved while the writer is lost."""

    @pytest.fixture(scope="class", params=TRANSFERS, ids=str)
    @classmethod
    def history(cls, request, observe):
        """Each way happens once; every promise judges the same evidence."""
        return observe(request.param)

    def test_money_is_conserved(self, judge):
        """What was moved is neither lost nor made."""
        assert judge(money_is_conserved())

    def test_each_transfer_happens_once(self, judge):
        """What the application was told is done is done once; what it was told has failed is not done."""
        assert judge(each_transfer_once())

    def test_serialization_failures_are_retried(self, judge):
        """Transfers that met another one (40001) are tried again, and succeed."""
        assert judge(serialization_failures_are_retried())

    def test_what_cannot_succeed_is_not_retried(self, judge):
        """An error that will be the same next time (22012) is told at once."""
        assert judge(non_retryable_errors_are_not_retried())

    def test_the_application_recovers(self, judge, objectives):
        """Users are served again within the recovery time objective."""
        assert judge(application_recovers_within(objectives.recovery_time))
