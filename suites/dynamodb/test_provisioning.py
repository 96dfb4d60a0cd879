"""Promises about how the tables were set up."""

import pytest

from drill.checks.tables import (
    alarms_watch,
    autoscaling_is_set,
    billing_fits,
    deletion_is_protected,
    point_in_time_recovery_is_on,
    replicas_match,
    tables_are_active,
    tables_encrypted,
)
from scenarios.items.provisioning import PROVISIONING

pytestmark = [pytest.mark.dynamodb, pytest.mark.phase1]


@pytest.fixture(scope="module", params=[PROVISIONING], ids=str)
def history(request, inspect_tables):
    """The tables are looked at once; every promise judges the same evidence."""
    return inspect_tables(request.param)


def test_the_tables_are_active(judge):
    """Tables, indexes and replicas are there, and serve."""
    assert judge(tables_are_active())


def test_they_are_encrypted(judge):
    """With a key whose use its owner sees, and which he can take away."""
    assert judge(tables_encrypted())


def test_the_billing_mode_fits(judge):
    """Nobody pays all day for capacity that nothing adapts."""
    assert judge(billing_fits())


def test_any_point_in_time_can_be_had_back(judge):
    """What was deleted by mistake is not lost."""
    assert judge(point_in_time_recovery_is_on())


def test_deletion_is_protected(judge):
    """Nobody deletes a table by mistake."""
    assert judge(deletion_is_protected())


def test_provisioned_capacity_scales(judge):
    """Reads and writes of provisioned tables follow what is asked, within bounds."""
    assert judge(autoscaling_is_set())


def test_alarms_watch(judge):
    """Somebody is told when a table throttles, and when it consumes more than it should."""
    assert judge(alarms_watch())


def test_replicas_match(judge):
    """On the day a replica must stand in, nothing is missing there."""
    assert judge(replicas_match())
