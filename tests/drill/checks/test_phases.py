"""Each phase of recovery means from then on for good."""

import pytest

from drill.checks import Phases, phases
from tests.drill.histories import REFUSED, after, before, managed_failover


def test_healthy() -> None:
    """A failover shows all phases."""
    assert phases(managed_failover().told()) == Phases(
        detected_s=0.438,
        promoted_s=2.5,
        announced_s=2.9,
        endpoint_s=2.5,
        first_write_s=2.84,
        recovered_s=2.84,
        steady_s=2.84,
        redundant_s=5.95,
    )


def test_no_fault() -> None:
    """Without a confirmed fault there is nothing to recover from."""
    assert phases(managed_failover().without(action="confirm").told()) == Phases()


def test_no_writer_changed() -> None:
    """If the writer never changed there is no promotion; the first write is the first after the outage."""
    story = managed_failover(first_by_new_s=1.34)
    story.change({"server": "a"}, action="write", endpoint="writer")
    story.change({"server": "a", "value": 1, "outcome": "ok"}, lambda row: row["action"] in {"lookup", "announce"})
    story.without(action="observe", endpoint="b").change({"value": 1}, action="observe", server="a")
    found = phases(story.told())
    assert (found.promoted_s, found.announced_s, found.endpoint_s) == (None, None, None)
    assert found.first_write_s == found.recovered_s == 1.34


def test_detected_while_under_way() -> None:
    """A call that the fault hit on its way counts as detected at once."""
    story = managed_failover()
    story.add("write", 0.001, latency_s=0.5, client="writer-0", endpoint="writer", key=0, value=-1, **REFUSED)
    assert phases(story.told()).detected_s == 0


def test_failures_before_are_not_detected() -> None:
    """What failed before the fault is not its doing."""
    story = managed_failover().add("connect", -1.0, client="writer-0", endpoint="writer", **REFUSED)
    assert phases(story.told()).detected_s == 0.438


def test_promoted_for_good() -> None:
    """A promotion that is taken back is none."""
    story = managed_failover().change(
        {"value": 0}, lambda row: after(3.0)(row) and before(4.05)(row), endpoint="b", action="observe"
    )
    assert phases(story.told()).promoted_s == pytest.approx(4.1)


def test_announced_for_good() -> None:
    """The control plane may flap; what counts is from when on it no longer does."""
    story = managed_failover().change(
        {"server": "a"}, lambda row: after(4.0)(row) and before(4.55)(row), action="announce"
    )
    assert phases(story.told()).announced_s == pytest.approx(4.6)


def test_endpoint_leads_to_a_reader() -> None:
    """An endpoint that leads to the new writer before it is promoted does not lead to a writer yet."""
    story = managed_failover().change(
        {"value": 0}, lambda row: before(3.05)(row) and row.get("server") == "b", action="lookup"
    )
    assert phases(story.told()).endpoint_s == pytest.approx(3.1)


def test_endpoint_never_moves() -> None:
    """What never happens is None."""
    story = managed_failover().change({"server": "a", "value": 0, "outcome": "ok"}, after(2.0), action="lookup")
    assert phases(story.told()).endpoint_s is None


def test_no_writes() -> None:
    """Without writes the control plane still tells who the new writer is; recovery is not known."""
    found = phases(managed_failover().without(action="write").told())
    assert (found.promoted_s, found.announced_s, found.endpoint_s) == (2.5, 2.9, 2.5)
    assert (found.detected_s, found.first_write_s, found.recovered_s, found.steady_s) == (None, None, None, None)


def test_never_recovered() -> None:
    """Clients that never write again have not recovered, nor is their throughput steady."""
    story = managed_failover().change(REFUSED, after(0.34), action="write", endpoint="writer")
    found = phases(story.told())
    assert (found.first_write_s, found.recovered_s, found.steady_s) == (None, None, None)
    assert found.announced_s == 2.9


def test_steady() -> None:
    """Throughput is back when it is at 90 % of the baseline for a whole second."""
    story = managed_failover().without(
        lambda row: after(3.0)(row) and before(3.4)(row), action="write", key=0, outcome="ok"
    )
    half = managed_failover().without(
        lambda row: after(3.0)(row) and before(5.0)(row) and row.get("key") in range(8), outcome="ok"
    )
    assert phases(story.told()).recovered_s == 2.84
    assert phases(story.told()).steady_s == 2.84
    steady_s = phases(half.told()).steady_s
    assert steady_s is not None
    assert 5.0 <= steady_s < 5.1


def test_never_steady() -> None:
    """A second that the run did not last is no second."""
    assert phases(managed_failover(until_s=3.6).told()).steady_s is None


def test_redundant_for_good() -> None:
    """Redundancy counts from healing, and only once it stays."""
    story = managed_failover().add("redundant", 7.0, client="watcher", outcome="failed", code="reader c")
    assert phases(story.told()).redundant_s == pytest.approx(7.05)
    story.add("redundant", 7.99, client="watcher", outcome="failed", code="reader c")
    assert phases(story.told()).redundant_s is None
    assert phases(managed_failover().without(action="heal").told()).redundant_s is None
