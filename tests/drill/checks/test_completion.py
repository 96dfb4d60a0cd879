"""What was asked of the control plane came about, or the promise is broken."""

import pytest

from drill.checks import what_was_asked_for_happens
from drill.verdict import Ruling
from tests.drill.histories import Story, managed_failover

check = what_was_asked_for_happens()
NOT_COMPLETE = {"outcome": "failed", "code": "it was not heard of again"}


def asked(*, heir: str | None = None, moves: int = 1, complete: dict | None = None) -> Story:
    """A managed failover from a to b that was asked for like this."""
    story = managed_failover().change({"value": moves, "server": heir}, action="inject")
    return story.add("complete", 4.0, client="fault", endpoint="a", **(complete or {}))


@pytest.mark.parametrize("heir", [None, "b"])
def test_done_as_asked(heir: str | None) -> None:
    """The failover that was asked for was carried out, to the reader that was named."""
    verdict = check(asked(heir=heir).told())
    assert verdict
    assert verdict.because == "the failover from a led to b, as asked"


def test_another_heir() -> None:
    """Promoting another reader than the one that was named is not what was asked for."""
    verdict = check(asked(heir="c").told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "a failover to c was asked for, and b became the writer"


def test_never_completed() -> None:
    """A control plane that says yes and never finishes breaks it."""
    verdict = check(asked(complete=NOT_COMPLETE).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "what was asked for did not happen: it was not heard of again"


def test_the_writer_is_the_writer_still() -> None:
    """Said to be complete, and nobody else writes."""
    story = asked().change({"server": "a"}, action="write").change({"server": "a"}, action="announce")
    verdict = check(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "a failover was asked for, and a is the writer still"


def test_no_failover_asked_for() -> None:
    """A crash asks for nothing, whoever writes afterwards."""
    assert check(asked(moves=0).told())


def test_nobody_waited() -> None:
    """Without having waited nothing is known."""
    assert check(managed_failover().told()).ruling is Ruling.UNDECIDED
