"""What goes through an endpoint that should not, or was never tried, and what is noticed of a fault that is not it."""

from typing import Any

import pytest

from drill.checks.load import degradation_is_noticed_within, endpoints_lead_right, reader_refuses_writes
from drill.verdict import Ruling
from tests.drill.checks.load.stories import LoadStory, between, quiet, under_load
from tests.drill.checks.load.test_degradation import from_, lags, reader
from tests.drill.checks.load.test_told import told

REFUSED = {"outcome": "failed", "code": "25006", "cause": "stale writer"}


def tried(**last: Any) -> LoadStory:
    """Five writes that a reader refused, and one that ended otherwise."""
    story = quiet()
    for number in range(6):
        ended = last if number == 5 else REFUSED
        story.story.add("write", number * 0.1, client="auditor", endpoint="reader", **ended)
    return story


@pytest.mark.parametrize(
    ("last", "ruling"),
    [
        (REFUSED, Ruling.HELD),
        ({"outcome": "unknown", "cause": "silent"}, Ruling.UNDECIDED),
        ({"outcome": "failed", "code": "53300", "cause": "too many connections"}, Ruling.UNDECIDED),
        ({"outcome": "failed", "code": "42P01", "cause": "other"}, Ruling.UNDECIDED),
        ({"outcome": "failed", "code": "0A000", "cause": "other"}, Ruling.BROKEN),
        ({"outcome": "ok", "server": "b"}, Ruling.BROKEN),
    ],
)
def test_every_write_is_refused(last: dict[str, Any], ruling: Ruling) -> None:
    """One that hangs, or never came to be refused, is no refusal; one refused in other words is none either."""
    assert reader_refuses_writes()(tried(**last).told()).ruling is ruling


def test_broken_whatever_else() -> None:
    """One that was accepted breaks it, though others hung."""
    story = tried(outcome="ok", server="b")
    story.story.add("write", 0.7, client="auditor", endpoint="reader", outcome="unknown", cause="silent")
    assert reader_refuses_writes()(story.told()).ruling is Ruling.BROKEN


def test_endpoints_that_were_never_tried() -> None:
    """Where only the writer's endpoint was tried nobody knows of the others."""
    story = quiet().row("pings", 0.0, endpoint="writer", server="a", in_recovery=False)
    assert endpoints_lead_right(["writer"])(story.told())
    verdict = endpoints_lead_right(["writer", "reader", "b"])(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert verdict.because == "no connection was tried to b, reader"
    story.row("pings", 0.0, endpoint="writer", server="b", in_recovery=True)
    assert endpoints_lead_right(["writer", "reader"])(story.told()).ruling is Ruling.BROKEN


AFFECTED = degradation_is_noticed_within(10, affected=["lines-of-order"])


def test_the_affected_pattern() -> None:
    """Where a fault is known to hit a pattern, that one must be seen to suffer, in time."""
    assert AFFECTED(under_load().slow(50, from_(2.0, "lines-of-order")).told())
    late = under_load().slow(50, from_(5.0, "lines-of-order")).slow(50, from_(1.0, "place-order"))
    assert degradation_is_noticed_within(3, affected=["lines-of-order"])(late.told()).ruling is Ruling.BROKEN


def test_jitter_of_others() -> None:
    """A second of jitter of another pattern is not the fault, nor is that of readers."""
    story = under_load().slow(12, lambda row: between(3, 4.2)(row) and row["pattern"] == "place-order")
    verdict = AFFECTED(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "no objective of lines-of-order was breached" in verdict.because
    assert AFFECTED(reader(lags).told()).ruling is Ruling.UNDECIDED


def test_the_affected_reader() -> None:
    """Of a fault that tells its reader, that reader's lag is what counts; slow requests are another matter."""
    assert degradation_is_noticed_within(10)(told(reader(lags), reader="b").told())
    other = told(reader(lags), reader="c").slow(50, from_(2.0))
    assert degradation_is_noticed_within(10)(other.told()).ruling is Ruling.UNDECIDED


def test_a_hiccup_at_the_end() -> None:
    """What lasted for the last twentieth of a second is jitter; what lasted for the last second is not."""
    hiccup = (
        under_load().slow(30, between(7.95, 8.0)).change("requests", {"pattern": "lines-of-order"}, between(7.9, 8))
    )
    assert degradation_is_noticed_within(10)(hiccup.told()).ruling is Ruling.UNDECIDED
    assert degradation_is_noticed_within(10)(under_load().slow(30, from_(7.2)).told())
