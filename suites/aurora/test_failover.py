"""Promises that hold while the writer moves."""

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
)
from drill.checks.load import application_recovers_within, each_transfer_once, money_is_conserved
from scenarios.failover import FAILOVERS

pytestmark = [pytest.mark.aurora, pytest.mark.failover, pytest.mark.destructive]


@pytest.fixture(scope="module", params=FAILOVERS, ids=str)
def history(request, observe):
    """Each way of losing the writer happens once; every promise judges the same evidence."""
    return observe(request.param)


def test_what_was_asked_for_happens(judge):
    """A failover that the control plane accepted is carried out, to the reader that was named."""
    assert judge(what_was_asked_for_happens())


def test_writes_resume_in_time(judge, objectives):
    """Every client writes again within the recovery time objective."""
    assert judge(recovered_within(objectives.recovery_time))


def test_no_acknowledged_write_is_lost(judge):
    """A commit that the client saw acknowledged is readable afterwards."""
    assert judge(every_acknowledged_write_survives())


def test_no_refused_write_appears(judge):
    """A write that the client was told has failed never shows."""
    assert judge(no_refused_write_appears())


def test_no_write_is_applied_twice(judge):
    """What was written once stands there once."""
    assert judge(no_write_is_applied_twice())


def test_one_writer_at_a_time(judge):
    """Once the new writer has acknowledged a write, nobody else does."""
    assert judge(one_writer_at_a_time())


def test_readers_keep_answering(judge, objectives):
    """Reads are answered throughout: a connection that the failover resets is replaced in time."""
    assert judge(readers_keep_answering(objectives.read_outage))


def test_readers_stay_fresh(judge, objectives):
    """A read shows what was acknowledged, the last moment at most excepted."""
    assert judge(readers_stay_fresh(objectives.staleness))


def test_reads_are_monotonic(judge):
    """On one connection, what was read once stays readable."""
    assert judge(reads_are_monotonic())


def test_control_plane_agrees(judge, objectives):
    """The control plane names, and the cluster endpoint leads to, the instance that really writes."""
    assert judge(control_plane_agrees(objectives.agreement))


def test_redundancy_is_restored(judge, objectives):
    """The old writer is a reader again, and every reader has every row."""
    assert judge(redundancy_restored(objectives.redundancy))


def test_the_application_recovers(judge, objectives):
    """The application's users are served again within the recovery time objective."""
    assert judge(application_recovers_within(objectives.recovery_time))


def test_money_is_conserved(judge):
    """What the application moved meanwhile is neither lost nor made."""
    assert judge(money_is_conserved())


def test_each_transfer_happens_once(judge):
    """What the application was told is done is done once; what it was told has failed is not done."""
    assert judge(each_transfer_once())
