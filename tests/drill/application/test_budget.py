"""Repetitions are rationed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drill.application.budget import RetryBudget
from drill.application.retry import RetryPolicy


@given(
    ratio=st.integers(0, 1000).map(lambda thousandths: thousandths / 1000),
    reserve=st.integers(0, 20),
    steps=st.lists(st.booleans(), max_size=300),
    begins=st.integers(0, 300),
)
def test_no_stretch_of_requests_is_repeated_more_often_than_it_may(
    ratio: float, reserve: int, steps: list[bool], begins: int
) -> None:
    """From any moment on, n requests have at most reserve + ratio * n repetitions."""
    budget = RetryBudget(ratio=ratio, reserve=reserve)
    done = []
    for is_request in steps:
        if is_request:
            budget.earn()
        done.append((is_request, not is_request and budget.spend()))
    stretch = done[begins:]
    requests = sum(is_request for is_request, _ in stretch)
    assert sum(repeated for _, repeated in stretch) <= reserve + ratio * requests + 1e-9


@given(st.integers(100, 5000))
def test_attempts_stay_below_a_storm_when_everything_fails(requests: int) -> None:
    """From a hundred requests on there are at most 1.2 attempts a request, by the policy as it is."""
    policy = RetryPolicy()
    budget = RetryBudget(ratio=policy.budget_ratio, reserve=policy.budget_reserve)
    attempts = 0
    for _ in range(requests):
        budget.earn()
        attempts += 1
        while budget.spend():
            attempts += 1
    assert attempts <= 1.2 * requests


def test_what_is_saved_is_there_for_a_burst() -> None:
    """After a quiet time a whole pool of connections may be lost at once, and each request on them tried again."""
    budget = RetryBudget(ratio=0.1, reserve=10)
    while budget.spend():
        pass
    for _ in range(99):
        budget.earn()
    assert sum(budget.spend() for _ in range(20)) == 9


def test_nothing_is_free() -> None:
    """Without a reserve nothing is ever repeated."""
    budget = RetryBudget(ratio=1, reserve=0)
    budget.earn()
    assert not budget.spend()
