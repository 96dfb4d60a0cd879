"""Promises that hold while a region is lost, or does not hear of the other one, and once it is back."""

import pytest

from drill.checks.replication import (
    every_acknowledged_write_is_there_or_overwritten,
    no_foreign_value,
    nothing_else_is_lost,
    recovery_point_within,
    regions_converge_within,
    replication_catches_up_within,
    turns_to_the_other_region_within,
)
from scenarios.items.failover import FAILOVERS, PAUSES

pytestmark = [pytest.mark.dynamodb, pytest.mark.failover, pytest.mark.phase4, pytest.mark.destructive]


class Replicated:
    """What holds whatever kept the regions apart."""

    def test_regions_converge(self, judge, objectives):
        """Once the regions hear of each other again, both show the same."""
        assert judge(regions_converge_within(objectives.convergence))

    def test_no_acknowledged_write_is_lost(self, judge):
        """Every acknowledged write is there, or was overwritten by a later one; each such conflict is shown."""
        assert judge(every_acknowledged_write_is_there_or_overwritten())

    def test_nothing_else_is_lost(self, judge):
        """What could be read in the other region under the fault is not undone afterwards."""
        assert judge(nothing_else_is_lost())

    def test_no_foreign_value(self, judge):
        """Nothing stands in either region that nobody wrote, or that was refused."""
        assert judge(no_foreign_value())

    def test_replication_catches_up(self, judge, objectives):
        """Replication takes no longer in the end than it may."""
        assert judge(replication_catches_up_within(objectives.staleness))


class TestRegionLoss(Replicated):
    """A region stops answering."""

    @pytest.fixture(scope="class", params=FAILOVERS, ids=str)
    @classmethod
    def history(cls, request, observe_items):
        """A region is lost once; every promise judges the same evidence."""
        return observe_items(request.param)

    def test_the_application_turns_to_the_other_region(self, judge, objectives):
        """The application reads and writes in the other region within the objective."""
        assert judge(turns_to_the_other_region_within(objectives.region_failover))

    def test_the_recovery_point_is_counted(self, judge, objectives):
        """What was acknowledged and not yet replicated is counted, and is no more than the objective allows."""
        assert judge(recovery_point_within(objectives.recovery_point))


class TestPausedReplication(Replicated):
    """Both regions go on, and do not hear of each other."""

    @pytest.fixture(scope="class", params=PAUSES, ids=str)
    @classmethod
    def history(cls, request, observe_items):
        """Replication is paused once; every promise judges the same evidence."""
        return observe_items(request.param)
