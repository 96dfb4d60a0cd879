"""How grave a broken promise is: said of every promise, once."""

from __future__ import annotations

import pytest

from drill.reporting.allure.severities import (
    AWAY,
    LOST_FOR_GOOD,
    SEVERITIES,
    WASTEFUL,
    WORSE,
    Severity,
    severity_of,
)
from drill.reporting.usual_causes import usual


def test_every_promise_has_a_severity_and_nothing_else_has() -> None:
    """Whoever adds a check says how grave it is that it breaks; a misspelt name would never be found."""
    assert SEVERITIES.keys() == usual().keys()


def test_no_promise_has_two() -> None:
    """The later of two would win, and nobody would know."""
    assert len(SEVERITIES) == sum(map(len, (LOST_FOR_GOOD, AWAY, WORSE, WASTEFUL)))


@pytest.mark.parametrize(
    ("promise", "severity"),
    [
        ("every_acknowledged_write_survives", Severity.BLOCKER),
        ("one_writer_at_a_time", Severity.BLOCKER),
        ("no_write_is_applied_twice", Severity.BLOCKER),
        ("recovered_within", Severity.CRITICAL),
        ("p95_within", Severity.NORMAL),
        ("no_duplicate_index", Severity.MINOR),
    ],
)
def test_what_is_lost_for_good_is_graver_than_what_is_away(promise: str, severity: Severity) -> None:
    """And what is away is graver than what is slow; what is wasteful comes last."""
    assert severity_of([promise]) is severity


def test_the_gravest_of_several_counts() -> None:
    """A test may judge more than one."""
    assert severity_of(["no_duplicate_index", "money_is_conserved", "p95_within"]) is Severity.BLOCKER


@pytest.mark.parametrize("promises", [[], ["a_promise_of_our_own"]], ids=["nothing judged", "not ours"])
def test_what_nobody_classed_is_critical(promises: list[str]) -> None:
    """It must not hide below those that are known to be harmless."""
    assert severity_of(promises) is Severity.CRITICAL
