"""Every reason for a throttle is really met, and told as the manual says."""

import pytest

from drill.checks.items import REASONS, throttled_for
from drill.verdict import Ruling
from tests.drill.checks.items.stories import ARN, OK, after, item_load, throttled, under
from tests.drill.checks.load.stories import LoadStory, between, quiet
from tests.drill.histories import Row


def by_turns(turns: tuple[str, ...] = REASONS, **columns: object) -> LoadStory:
    """Each request under the fault meets one of the reasons, and succeeds at the second attempt."""

    def calls(number: int, due_s: float) -> list[Row]:
        return [throttled(turns[number % len(turns)], **columns), after(20)] if under(due_s) else [OK]

    return item_load(calls)


def test_all_of_them() -> None:
    """All 16 reasons, each by a documented exception, hold it."""
    verdict = throttled_for(REASONS)(by_turns().told())
    assert verdict
    assert verdict.measured["reasons_met"] == 16
    assert len(REASONS) == 16


def test_one_is_missing() -> None:
    """A reason that nobody met leaves it undecided, and is named."""
    verdict = throttled_for(REASONS)(by_turns(REASONS[1:]).told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert REASONS[0] in verdict.because
    assert throttled_for(REASONS[1:])(by_turns(REASONS[1:]).told())


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"code": "RequestLimitExceeded"}, "another exception"),
        ({"reasons": None, "resources": None}, "without a reason"),
        ({"reasons": ["TableWriteTooMuch"]}, "a reason that does not exist"),
        ({"status": 503}, "another status"),
        ({"resources": None}, "without a resource"),
        ({"resources": [f"{ARN}/index/by-status"]}, "another kind of resource"),
    ],
)
def test_not_as_documented(changes: Row, what: str) -> None:
    """Another exception, status or resource than the manual's, or no reason at all, breaks it."""
    reason = "TableWriteMaxOnDemandThroughputExceeded"
    verdict = throttled_for([reason])(by_turns((reason,), **changes).told())
    assert verdict.ruling is Ruling.BROKEN
    assert what in verdict.because


def test_two_reasons_at_once() -> None:
    """A call may be refused for its table and for an index of it at the same time."""
    both = ["TableWriteProvisionedThroughputExceeded", "IndexWriteProvisionedThroughputExceeded"]
    columns: Row = {"reasons": both, "resources": [ARN, f"{ARN}/index/by-status"]}
    assert throttled_for(both)(by_turns((both[0],), **columns).told())


def test_before_the_fault() -> None:
    """What was met before the fault, or after it, is no evidence of it."""
    story = by_turns().without("calls", lambda row: row.get("code") is not None and between(0, 8, "sent_ns")(row))
    assert throttled_for(REASONS)(story.told()).ruling is Ruling.UNDECIDED


def test_nothing_recorded() -> None:
    """Without a throttle, and without calls, nothing is known."""
    assert throttled_for(REASONS)(item_load().told()).ruling is Ruling.UNDECIDED
    assert throttled_for(REASONS)(quiet().told()).ruling is Ruling.UNDECIDED


def test_the_faults_own_reasons() -> None:
    """Without reasons of its own the check asks for those that the fault tells; "every" is all of them."""
    two = ("TableWriteProvisionedThroughputExceeded", "TableReadProvisionedThroughputExceeded")
    for said, reasons, ruling in (
        ("every", REASONS, Ruling.HELD),
        ("every", two, Ruling.UNDECIDED),
        (" ".join(two), two, Ruling.HELD),
        (" ".join(two), two[:1], Ruling.UNDECIDED),
        ("bad luck", REASONS, Ruling.UNDECIDED),
    ):
        story = by_turns(reasons).row("settings", subject="fault", name="reason", value=said)
        assert throttled_for()(story.told()).ruling is ruling
    assert throttled_for()(by_turns().told()).ruling is Ruling.UNDECIDED


def test_unheard_of() -> None:
    """A reason that does not exist is a mistake of who asks."""
    with pytest.raises(ValueError, match="TooMuch"):
        throttled_for(["TooMuch"])
    with pytest.raises(ValueError, match="none given"):
        throttled_for([])
