"""Promises about several instances in several zones: how reads are served, and what becomes of them and of writes."""

import pytest

from drill.checks import (
    control_plane_agrees,
    every_acknowledged_write_survives,
    no_refused_write_appears,
    no_write_is_applied_twice,
    one_writer_at_a_time,
    readers_keep_answering,
    readers_stay_fresh,
    reads_are_monotonic,
    recovered_within,
    redundancy_restored,
    what_was_asked_for_happens,
    writes_go_on,
)
from drill.checks.load import (
    application_recovers_within,
    each_transfer_once,
    endpoints_lead_right,
    has_a_reader_in_another_zone,
    highest_rate,
    money_is_conserved,
    no_read_at_the_writer,
    reader_refuses_writes,
    readers_can_be_promoted,
    readers_lag_within,
    reads_are_spread,
    spans_zones,
)
from scenarios.availability import AT_REST, CLUSTER, FAILOVER_AND_BACK, RAMPS, READER_LOSS

pytestmark = [pytest.mark.aurora, pytest.mark.phase4]


class TestCluster:
    """What the control plane says of it."""

    @pytest.fixture(scope="class", params=[CLUSTER], ids=str)
    @classmethod
    def history(cls, request, inspect):
        """It is looked at once."""
        return inspect(request.param)

    def test_it_spans_zones(self, judge):
        """The loss of one zone is not the loss of all."""
        assert judge(spans_zones(minimum=2))

    def test_a_reader_stands_in_another_zone(self, judge):
        """There is somebody to fail over to when the writer's zone is gone."""
        assert judge(has_a_reader_in_another_zone())

    def test_readers_can_be_promoted(self, judge):
        """And he is meant to be promoted."""
        assert judge(readers_can_be_promoted())


class TestReads:
    """An application reads and writes, and nothing is broken."""

    @pytest.fixture(scope="class", params=[AT_REST], ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """It is watched once."""
        return observe_load(request.param)

    def test_endpoints_lead_right(self, judge, endpoints):
        """The writer endpoint leads to who writes, an instance's own to itself."""
        assert judge(endpoints_lead_right(endpoints))

    @pytest.mark.usefixtures("shop")
    def test_readers_refuse_writes(self, judge):
        """A write that goes astray is refused in words that a program understands (25006)."""
        assert judge(reader_refuses_writes())

    def test_reads_are_spread(self, judge, readers):
        """No reader has less than half of its share of the connections."""
        assert judge(reads_are_spread(readers, minimum_share=0.5))

    def test_no_read_reaches_the_writer(self, judge):
        """While a reader is up, the reader endpoint does not lead to the writer."""
        assert judge(no_read_at_the_writer())

    def test_lag_is_within_bounds(self, judge, objectives, readers):
        """Readers show within moments what was written."""
        assert judge(readers_lag_within(objectives.staleness, readers=readers))


class Replaced:
    """What is promised whoever is replaced."""

    def test_readers_keep_answering(self, judge, objectives):
        """The reader endpoint answers again within the objective."""
        assert judge(readers_keep_answering(objectives.read_outage))

    def test_no_acknowledged_write_is_lost(self, judge):
        """A commit that the client saw acknowledged is readable afterwards."""
        assert judge(every_acknowledged_write_survives())

    def test_no_refused_write_appears(self, judge):
        """A write that the client was told has failed never shows."""
        assert judge(no_refused_write_appears())

    def test_no_write_is_applied_twice(self, judge):
        """What was written once stands there once."""
        assert judge(no_write_is_applied_twice())

    def test_one_writer_at_a_time(self, judge):
        """Nobody writes beside the writer."""
        assert judge(one_writer_at_a_time())

    def test_readers_stay_fresh(self, judge, objectives):
        """A read shows what was acknowledged, the last moment at most excepted."""
        assert judge(readers_stay_fresh(objectives.staleness))

    def test_reads_are_monotonic(self, judge):
        """On one connection, what was read once stays readable."""
        assert judge(reads_are_monotonic())

    def test_redundancy_is_restored(self, judge, objectives):
        """All instances are back, and every reader has every row."""
        assert judge(redundancy_restored(objectives.redundancy))

    def test_the_application_recovers(self, judge, objectives):
        """The application's users are served again within the objective."""
        assert judge(application_recovers_within(objectives.recovery_time))

    def test_money_is_conserved(self, judge):
        """What was moved is neither lost nor made."""
        assert judge(money_is_conserved())

    def test_each_transfer_happens_once(self, judge):
        """What the application was told is done is done, once."""
        assert judge(each_transfer_once())


@pytest.mark.destructive
class TestReaderLoss(Replaced):
    """A reader is lost."""

    @pytest.fixture(scope="class", params=[READER_LOSS], ids=str)
    @classmethod
    def history(cls, request, observe):
        """It happens once; every promise judges the same evidence."""
        return observe(request.param)

    def test_writes_go_on(self, judge, objectives):
        """Who writes hardly notices."""
        assert judge(writes_go_on(objectives.staleness))


@pytest.mark.destructive
class TestFailoverAndBack(Replaced):
    """The writer moves, and moves back at once."""

    @pytest.fixture(scope="class", params=[FAILOVER_AND_BACK], ids=str)
    @classmethod
    def history(cls, request, observe):
        """It happens once; every promise judges the same evidence."""
        return observe(request.param)

    def test_what_was_asked_for_happens(self, judge):
        """Every failover that the control plane accepted is carried out: somebody else writes in between."""
        assert judge(what_was_asked_for_happens())

    def test_writes_resume_in_time(self, judge, objectives):
        """Every client writes again within the recovery time objective, counted from the first failover."""
        assert judge(recovered_within(objectives.recovery_time))

    def test_control_plane_agrees(self, judge, objectives):
        """The control plane names, and the cluster endpoint leads to, the instance that really writes."""
        assert judge(control_plane_agrees(objectives.agreement))


class TestScaling:
    """Reads with the readers and without them: reported, since instances that share a machine gain nothing."""

    @pytest.fixture(scope="class", params=RAMPS, ids=str)
    @classmethod
    def history(cls, request, observe_load):
        """Each is measured once."""
        return observe_load(request.param)

    def test_the_highest_rate_is_known(self, judge, objectives):
        """Up to which rate nineteen of twenty reads are answered in time."""
        assert judge(highest_rate(1000 * objectives.latency_p95))
