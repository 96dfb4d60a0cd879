"""What was asked of the control plane came about, or the promise is broken."""

import pytest

from drill.checks import what_was_asked_for_happens
from drill.verdict import Ruling
from tests.drill.histories import Story, after, managed_failover

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


def there_and_back() -> Story:
    """A failover to b, and one back to a, which writes again from 6 s on: a is the heir."""
    return asked(heir="a", moves=0).change({"server": "a"}, after(6.0), action="write", outcome="ok", endpoint="writer")


def test_there_and_back() -> None:
    """Somebody else wrote in between, and the first writer writes in the end."""
    verdict = check(there_and_back().told())
    assert verdict
    assert verdict.because == "the failover from a led to b, and back"


def test_nobody_went_anywhere() -> None:
    """Events may say twice that a failover was completed: if nobody else ever wrote, there was none."""
    stayed = asked(heir="a", moves=0).change({"server": "a"}, action="write", outcome="ok", endpoint="writer")
    verdict = check(stayed.without(action="announce").told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.endswith("nobody but a acknowledged a write")
    assert check(stayed.change({"server": "a"}, action="announce").told()).ruling is Ruling.BROKEN


def test_nobody_wrote_in_between() -> None:
    """Where another writer was announced, and nobody wrote to it, it is not known who it was."""
    story = there_and_back().without(action="write", server="b", endpoint="writer")
    assert check(story.told()).ruling is Ruling.UNDECIDED


def test_never_came_back() -> None:
    """A writer that went and stayed away was to come back."""
    verdict = check(asked(heir="a", moves=0).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because.endswith("b is the writer still")


def test_nobody_waited() -> None:
    """Without having waited nothing is known."""
    assert check(managed_failover().told()).ruling is Ruling.UNDECIDED
