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

from drill.application.attempt import Attempt
from drill.application.budget import RetryBudget
from drill.application.work import Work
from drill.history import Cause, Outcome
from drill.targets.outcomes import Ending

CONFLICTS = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: the server itself asks for another try."""

PASSING = frozenset(
    {
        Cause.REFUSED,
        Cause.RESET,
        Cause.STALE_WRITER,
        Cause.SHUTTING_DOWN,
        Cause.STARTING_UP,
        Cause.NAME_RESOLUTION,
    }
)
"""Causes that another connection may not meet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how soon; pauses are drawn between 0 and a bound that doubles (full jitter, as AWS advises).

    The budget lets every tenth request be repeated in the long run, conflicts apart, and `budget_reserve` more in a
    burst: enough for each of eight connections to be lost at once, which is what a failover does to a pool.
    """

    attempts: int = 3
    first_pause_s: float = 0.05
    longest_pause_s: float = 1.0
    budget_ratio: float = 0.1
    budget_reserve: float = 10.0


def worth_repeating(ending: Ending, work: Work) -> bool:
    """Decide by what the table of outcomes proves (drill/targets/outcomes.py).

    FAILED     40001, 40P01, a lost, refused or misled connection     yes
               a pool that had no connection (it has waited for one)  no
               too many connections (53300), silence, authentication  no: asking again makes it worse, or no better
               anything else that the server says of the statement    no: 57014, 55P03, 23505, 42xxx, 22xxx, ...
    UNKNOWN    a lost connection, work that is idempotent             yes
               anything else                                          no

    55P03: it has waited for a lock for as long as it may, and another wait would keep a connection from those who
    need no such lock. 25006 in what only reads is the statement's own mistake.
    """
    if ending.outcome is Outcome.UNKNOWN:
        return work.idempotent and ending.cause in PASSING
    if ending.cause is Cause.STALE_WRITER and work.reads_only:
        return False
    return ending.outcome is Outcome.FAILED and (ending.code in CONFLICTS or ending.cause in PASSING)


async def repeated(
    once: Callable[[], Awaitable[Attempt]],
    worth: Callable[[Ending], bool],
    *,
    policy: RetryPolicy,
    budget: RetryBudget,
    within_s: float,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> list[Attempt]:
    """Attempt, and attempt again while it is worth it, affordable, and would begin in time; all attempts, in order."""
    attempts: list[Attempt] = []

    async def next_one() -> Attempt:
        attempts.append(await once())
        return attempts[-1]

    retrying = AsyncRetrying(
        retry=retry_if_result(lambda attempt: worth(attempt.ending)),
        wait=wait_random_exponential(multiplier=policy.first_pause_s, max=policy.longest_pause_s),
        stop=stop_after_attempt(policy.attempts) | stop_before_delay(within_s) | _Unaffordable(budget),
        retry_error_callback=lambda _state: None,
        sleep=sleep,
    )
    await retrying(next_one)
    return attempts


class _Unaffordable(stop_base):
    """The last of the conditions: a token is spent only where nothing else speaks against another attempt.

    A conflict costs none: the server answered at once and asked for another try, and there are only `attempts` of
    them. The budget is against asking a server again and again that cannot answer.
    """

    def __init__(self, budget: RetryBudget) -> None:
        self._budget = budget

    def __call__(self, retry_state: RetryCallState) -> bool:
        attempt: Attempt | None = retry_state.outcome.result() if retry_state.outcome else None
        is_conflict = attempt is not None and attempt.ending.code in CONFLICTS
        return not (is_conflict or self._budget.spend())
