"""Whether everybody writes again in time."""

import pytest

from drill.checks import recovered_within
from drill.verdict import Ruling
from tests.drill.histories import REFUSED, SILENT, STALE, after, before, managed_failover


def test_figures() -> None:
    """All that is known of the recovery stands in the verdict, with its units."""
    measured = dict(recovered_within(60)(managed_failover().told()).measured)
    assert measured.pop("failed_requests_pct") == pytest.approx(17.16, abs=0.01)
    assert measured == {
        "recovery_time_s": 2.84,
        "write_outage_s": 2.5,
        "time_without_writes_s": 2.5,
        "resolution_ms": 4.0,
        "noise_floor_ms": 50.0,
        "acknowledged_writes": managed_failover().count(action="write", outcome="ok"),
    }


def test_in_time() -> None:
    """Every client writes again within the limit."""
    verdict = recovered_within(60)(managed_failover().told())
    assert verdict
    assert verdict.because == "every client wrote again after 2.84 s, of 60 s allowed"
    assert verdict.objective == "60 s"
    assert "368 x stale writer (25006)" in verdict.evidence[0]


def test_too_late() -> None:
    """One client that is late is too late."""
    story = managed_failover().change(REFUSED, lambda row: after(2.0)(row) and before(5.0)(row), client="writer-3")
    verdict = recovered_within(4)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["recovery_time_s"] == pytest.approx(5.04, abs=0.05)
    assert verdict.measured["write_outage_s"] == 2.5
    assert verdict.evidence[1].startswith("writer-3: ")


def test_never() -> None:
    """Clients that never write again break it, and the reason says what they met instead."""
    story = managed_failover().change(STALE, after(0.34), action="write", endpoint="writer", key=4)
    story.change({**SILENT, "code": None}, after(7.9), action="write", endpoint="writer", key=4)
    verdict = recovered_within(600)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith("1 of 16 clients never wrote again: ")
    assert verdict.because.endswith(" x stale writer (25006), 2 x silent")
    assert verdict.measured["recovery_time_s"] is None


@pytest.mark.parametrize(
    ("limit_s", "ruling"),
    [
        (2.8359, Ruling.BROKEN),
        (2.836, Ruling.UNDECIDED),
        (2.84, Ruling.UNDECIDED),
        (2.8439, Ruling.UNDECIDED),
        (2.844, Ruling.HELD),
    ],
)
def test_close_to_the_limit(limit_s: float, ruling: Ruling) -> None:
    """A recovery time that is known to 4 ms is not judged by a limit that is closer."""
    verdict = recovered_within(limit_s)(managed_failover().told())
    assert verdict.ruling is ruling, verdict
    assert ("too close" in verdict.because) == (ruling is Ruling.UNDECIDED)


def test_silent() -> None:
    """Silence of a probe proves nothing."""
    story = managed_failover().without(after(3.0), client="writer-0")
    assert recovered_within(60)(story.told()).ruling is Ruling.UNDECIDED


def test_unaffected() -> None:
    """A fault that nobody who writes noticed is recovered from at once."""
    story = managed_failover(last_by_old_s=0.34, first_by_new_s=0.39)
    verdict = recovered_within(60)(story.told())
    assert verdict
    assert verdict.measured["recovery_time_s"] == 0
    assert verdict.measured["write_outage_s"] == 0
    assert verdict.measured["failed_requests_pct"] == 0


def test_failed_requests() -> None:
    """Attempts to connect count as requests, those through other endpoints do not."""
    story = managed_failover(clients=1, last_by_old_s=0.34, first_by_new_s=0.39)
    asked = story.count(after(0.0), action="write", endpoint="writer")
    for step in range(asked):
        story.add("connect", 1 + step / 100, client="writer-0", endpoint="writer", **REFUSED)
        story.add("connect", 1 + step / 100, client="pinned-b", endpoint="b", **REFUSED)
    assert recovered_within(60)(story.told()).measured["failed_requests_pct"] == 50
