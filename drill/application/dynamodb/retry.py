"""What is worth repeating, how often, and after which pause: never what may do harm, and never a storm."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_result,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)
from tenacity.stop import stop_base

from drill.application.budget import RetryBudget
from drill.application.dynamodb.attempt import Attempt
from drill.application.dynamodb.work import Work
from drill.history import Cause, Outcome

PASSING = frozenset(
    {
        Cause.THROTTLED,
        Cause.CONFLICT,
        Cause.SERVER_ERROR,
        Cause.SILENT,
        Cause.RESET,
        Cause.REFUSED,
        Cause.NAME_RESOLUTION,
    }
)
"""Causes that may be gone a moment later, or in another region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRetryPolicy:
    """How often and how soon; pauses are drawn between 0 and a bound that doubles (full jitter, as AWS advises).

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/

    A throttle is answered in milliseconds, but the capacity that it speaks of comes back by the second: it waits for
    longer. The budget lets each request be repeated once in the long run, however often a single one is, and
    `budget_reserve` more in a burst: so that no more than twice as many calls are sent as without any failure.
    """

    attempts: int = 10
    first_pause_s: float = 0.025
    first_throttled_pause_s: float = 0.05
    longest_pause_s: float = 0.5
    budget_ratio: float = 1.0
    budget_reserve: float = 100.0


def worth_repeating(attempt: Attempt, work: Work) -> bool:
    """Decide by what the table of outcomes proves (drill/targets/outcomes_of_calls.py).

    FAILED     throttled, a conflict, nobody there, a read without an answer   yes
               a condition, a mistake of ours, no permission                   no: it fails again
    UNKNOWN    work that may be sent twice                                     yes
               anything else                                                   no: it may be done twice
    """
    outcome, _, cause = attempt.ending
    if outcome is Outcome.UNKNOWN:
        return work.once
    return outcome is Outcome.FAILED and cause in PASSING


async def repeated(
    once: Callable[[Work], Awaitable[Attempt]],
    work: Work,
    *,
    worth: Callable[[Attempt, Work], bool],
    policy: ItemRetryPolicy,
    budget: RetryBudget,
    within_s: float,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> list[Attempt]:
    """Attempt, and attempt what is left while it is worth it, affordable, and would begin in time; all, in order."""
    attempts: list[Attempt] = []

    async def next_one() -> Attempt:
        left = attempts[-1].left if attempts else work
        attempts.append(await once(left or work))
        return attempts[-1]

    retrying = AsyncRetrying(
        retry=retry_if_result(lambda attempt: worth(attempt, work)),
        wait=_Pause(policy),
        stop=stop_after_attempt(policy.attempts) | stop_before_delay(within_s) | _Unaffordable(budget),
        retry_error_callback=lambda _state: None,
        sleep=sleep,
    )
    await retrying(next_one)
    return attempts


class _Pause:
    """Longer after a throttle."""

    def __init__(self, policy: ItemRetryPolicy) -> None:
        longest_s = policy.longest_pause_s
        self._throttled = wait_random_exponential(multiplier=policy.first_throttled_pause_s, max=longest_s)
        self._other = wait_random_exponential(multiplier=policy.first_pause_s, max=longest_s)

    def __call__(self, retry_state: RetryCallState) -> float:
        attempt = _last(retry_state)
        is_throttled = attempt is not None and attempt.ending.cause is Cause.THROTTLED
        return (self._throttled if is_throttled else self._other)(retry_state)


class _Unaffordable(stop_base):
    """The last of the conditions: a token is spent only where nothing else speaks against another attempt.

    The rest of a batch costs none where a part of it was done: it asks for less each time.
    """

    def __init__(self, budget: RetryBudget) -> None:
        self._budget = budget

    def __call__(self, retry_state: RetryCallState) -> bool:
        attempt = _last(retry_state)
        progressed = attempt is not None and attempt.progressed
        return not (progressed or self._budget.spend())


def _last(retry_state: RetryCallState) -> Attempt | None:
    attempt: Attempt | None = retry_state.outcome.result() if retry_state.outcome else None
    return attempt
