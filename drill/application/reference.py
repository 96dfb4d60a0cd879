"""The reference application: what a careful team would write, put together from the parts beside this file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from drill.application.attempt import Attempt, attempted
from drill.application.budget import RetryBudget
from drill.application.lender import Checkout, Lender, Lending
from drill.application.money import moving
from drill.application.pool import pooled
from drill.application.retry import RetryPolicy, repeated, worth_repeating
from drill.application.work import Work, work_of
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT, Outcome
from drill.requests import Answer, PoolState, Request, Surroundings, Transfer
from drill.targets.outcomes import Ending

Worth = Callable[[Ending, Work], bool]
Moving = Callable[[Transfer], Work]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An `Application` (drill/requests.py); `reference` opens one.

    Every request ends within `deadline_s` and waits for connections no longer than `patience_s`, over all of its
    attempts together. What only reads goes to the readers, where there are some.
    """

    lenders: Mapping[str, Lender]
    deadline_s: float
    patience_s: float
    budget: RetryBudget
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    worth: Worth = worth_repeating
    moving: Moving = moving

    async def perform(self, request: Request) -> Answer:
        """Do what the request asks; raises nothing."""
        return await self._done(work_of(request))

    async def transfer(self, transfer: Transfer) -> Answer:
        """Move the money once; raises nothing."""
        return await self._done(self.moving(transfer))

    def pools(self) -> list[PoolState]:
        """How the pools stand now."""
        return [state for lender in self.lenders.values() for state in lender.states()]

    def checkouts(self) -> list[Checkout]:
        """Every connection that was out of a pool so far."""
        return [checkout for lender in self.lenders.values() for checkout in lender.checkouts()]

    async def _done(self, work: Work) -> Answer:
        lender = (self.lenders.get(READER_ENDPOINT) if work.reads_only else None) or self.lenders[WRITER_ENDPOINT]
        ends_s = asyncio.get_running_loop().time() + self.deadline_s
        waited_ns = 0

        async def once() -> Attempt:
            nonlocal waited_ns
            left_s = min(self.patience_s - waited_ns / 1e9, ends_s - asyncio.get_running_loop().time())
            attempt = await attempted(work, lender, ends_s=ends_s, patience_s=left_s)
            waited_ns += attempt.waited_ns
            return attempt

        self.budget.earn()
        attempts = await repeated(
            once,
            partial(_worth, self.worth, work),
            policy=self.policy,
            budget=self.budget,
            within_s=self.deadline_s,
        )
        return answer(attempts)


def _worth(worth: Worth, work: Work, ending: Ending) -> bool:
    return worth(ending, work)


def answer(attempts: list[Attempt]) -> Answer:
    """What all attempts together prove: one that may have been done is not undone by a later one that failed."""
    last = attempts[-1]
    outcome, code, cause = last.ending
    if outcome is Outcome.FAILED and any(each.ending.outcome is Outcome.UNKNOWN for each in attempts):
        outcome = Outcome.UNKNOWN
    return Answer(
        outcome=outcome,
        code=code,
        cause=cause,
        attempts=len(attempts),
        waited_ns=sum(each.waited_ns for each in attempts),
        server=last.server,
    )


@asynccontextmanager
async def reference(
    surroundings: Surroundings,
    *,
    lending: Lending = pooled,
    policy: RetryPolicy | None = None,
    worth: Worth = worth_repeating,
    moving: Moving = moving,
) -> AsyncIterator[Reference]:
    """Open it for the length of a block, its pools full; the keywords are where a defective one differs."""
    policy = policy or RetryPolicy()
    endpoints = {WRITER_ENDPOINT: surroundings.writer}
    if surroundings.reader is not None:
        endpoints[READER_ENDPOINT] = surroundings.reader
    async with AsyncExitStack() as stack:
        yield Reference(
            lenders={
                endpoint: await stack.enter_async_context(lending(endpoint, address, surroundings))
                for endpoint, address in endpoints.items()
            },
            deadline_s=surroundings.deadline_s,
            patience_s=surroundings.pool_timeout_s,
            budget=RetryBudget(ratio=policy.budget_ratio, reserve=policy.budget_reserve),
            policy=policy,
            worth=worth,
            moving=moving,
        )
