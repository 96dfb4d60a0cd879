"""Whether somebody who only reads noticed, or somebody who writes."""

import pytest

from drill.checks import readers_keep_answering, writes_go_on
from drill.verdict import Ruling
from tests.drill.histories import REFUSED, Story, after, before, managed_failover


def interrupted(until_s: float, client: str = "reader-1") -> Story:
    """A failover in which a reader is not answered from 1 s on."""
    return managed_failover().change(
        REFUSED, lambda row: after(1.0)(row) and before(until_s)(row), client=client, action="read"
    )


def test_unaffected() -> None:
    """Readers that are answered throughout hold the promise."""
    verdict = readers_keep_answering(1)(managed_failover().told())
    assert verdict
    assert verdict.measured["read_outage_s"] == 0
    assert verdict.measured["longest_client_read_outage_s"] == 0


def test_reset_and_back() -> None:
    """A connection may break, if the client is answered again in time."""
    verdict = readers_keep_answering(1)(interrupted(1.5).told())
    assert verdict
    assert verdict.measured["longest_client_read_outage_s"] == pytest.approx(0.55)
    assert verdict.measured["read_outage_s"] == 0
    assert verdict.because == "each client was answered again within 0.55 s, of 1 s allowed"


def test_too_long() -> None:
    """One client that goes unanswered for too long breaks it."""
    verdict = readers_keep_answering(1)(interrupted(3.0).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.startswith("1 of 4 clients had no read answered for up to 2.05 s, of 1 s allowed: ")
    assert "x refused" in verdict.because


def test_all_readers() -> None:
    """What no reader was answered for is the read outage."""
    story = managed_failover().change(REFUSED, lambda row: after(1.0)(row) and before(3)(row), action="read")
    assert readers_keep_answering(5)(story.told()).measured["read_outage_s"] == pytest.approx(2.05)


def test_never_again() -> None:
    """An outage that never ends breaks it once it is longer than allowed; before that nothing is known."""
    story = interrupted(100)
    assert readers_keep_answering(5)(story.told()).ruling is Ruling.BROKEN
    verdict = readers_keep_answering(30)(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert verdict.because.startswith("the run ended while 1 client went unanswered")


def test_close_to_the_limit() -> None:
    """An outage that is known to 4 ms is not judged by a limit that is closer."""
    assert readers_keep_answering(0.552)(interrupted(1.5).told()).ruling is Ruling.UNDECIDED


def test_no_reads() -> None:
    """Without readers nothing is known."""
    story = managed_failover().without(action="read")
    assert readers_keep_answering(5)(story.told()).ruling is Ruling.UNDECIDED


def test_silent() -> None:
    """Silence of a probe proves nothing."""
    assert (
        readers_keep_answering(5)(managed_failover().without(after(5), client="reader-0").told()).ruling
        is Ruling.UNDECIDED
    )


def test_writes_go_on() -> None:
    """An outage of 2.5 s is too long for one who is promised 1 s, and short enough for 5 s."""
    verdict = writes_go_on(1)(managed_failover().told())
    assert verdict.ruling is Ruling.BROKEN
    assert "had no write answered for up to 2.5" in verdict.because
    assert verdict.measured["write_outage_s"] == pytest.approx(2.5, abs=0.1)
    assert writes_go_on(5)(managed_failover().told())
    assert writes_go_on(5)(managed_failover().without(action="write").told()).ruling is Ruling.UNDECIDED
