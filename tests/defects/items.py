"""The reference application on DynamoDB, each time with one mistake that teams really make.

Named to the load as "tests.defects.items:without_backoff", and so on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

from drill.application.dynamodb import ItemReference, ItemRetryPolicy, reference
from drill.application.dynamodb.attempt import UNPROCESSED, Attempt, Caller
from drill.application.dynamodb.money import note
from drill.application.dynamodb.reference import Habits
from drill.application.dynamodb.work import Work
from drill.history import Outcome
from drill.items import ItemApplication, ItemRequest, ItemSurroundings
from drill.load.items.dataset import CUSTOMER_SKEW, CUSTOMERS
from drill.load.items.pattern import ItemPattern
from drill.load.parameters import Between
from drill.requests import Answer, Transfer
from drill.targets.outcomes import ACKNOWLEDGED

Opened = AbstractAsyncContextManager[ItemApplication]

AT_ONCE = ItemRetryPolicy(
    attempts=10_000,
    first_pause_s=0,
    first_throttled_pause_s=0,
    longest_pause_s=0,
    budget_ratio=10_000,
    budget_reserve=1_000_000_000,
)
ENDLESS_S = 3600.0


def _whatever(attempt: Attempt, _work: Work) -> bool:
    return attempt.ending.outcome is not Outcome.OK


def without_backoff(surroundings: ItemSurroundings) -> Opened:
    """Whatever failed is tried again at once, until the deadline."""
    return reference(surroundings, Habits(policy=AT_ONCE, worth=_whatever))


async def _all_is_well(caller: Caller, work: Work, ends_s: float) -> Attempt:
    attempt = await caller.attempt(work, ends_s=ends_s)
    return replace(attempt, ending=ACKNOWLEDGED, left=None) if attempt.ending == UNPROCESSED else attempt


def ignores_unprocessed(surroundings: ItemSurroundings) -> Opened:
    """A batch that was answered with 200 was done, they think."""
    return reference(surroundings, Habits(attempting=_all_is_well))


class _Careless:
    """Moves money by plain additions, each repeated after any error."""

    def __init__(self, careful: ItemReference) -> None:
        self._careful = careful

    async def perform(self, request: ItemRequest) -> Answer:
        return await self._careful.perform(request)

    async def transfer(self, transfer: Transfer) -> Answer:
        place = self._careful.place
        answers = [
            await self._careful.done(_once_more("put_item", {"TableName": place.ledger_table, "Item": note(transfer)}))
        ]
        for account, amount in ((transfer.source, -transfer.amount), (transfer.destination, transfer.amount)):
            addition = {
                "TableName": place.accounts_table,
                "Key": {"account": {"N": str(account)}},
                "UpdateExpression": "ADD balance :amount",
                "ExpressionAttributeValues": {":amount": {"N": str(amount)}},
            }
            answers.append(await self._careful.done(_once_more("update_item", addition)))
        worst = next((each for each in answers if each.outcome is not Outcome.OK), answers[-1])
        outcome = Outcome.OK if worst.outcome is Outcome.OK else Outcome.UNKNOWN
        return replace(worst, outcome=outcome, attempts=sum(each.attempts or 0 for each in answers))


def _once_more(operation: str, arguments: dict[str, Any]) -> Work:
    """They take it for safe to repeat."""
    return Work(operation=operation, arguments=arguments, reads_only=False, once=True, is_own=lambda _error: False)


@asynccontextmanager
async def without_idempotency(surroundings: ItemSurroundings) -> AsyncIterator[_Careless]:
    """A transfer is two additions without a transaction, and an addition that may have been done is done again."""
    async with reference(surroundings) as careful:
        yield _Careless(careful)


async def _for_good(caller: Caller, work: Work, ends_s: float) -> Attempt:
    return await replace(caller, call_s=0.0).attempt(work, ends_s=ends_s + ENDLESS_S)


def without_deadline(surroundings: ItemSurroundings) -> Opened:
    """Only botocore's own timeouts, a minute each, and nobody who looks at the clock."""
    return reference(surroundings, Habits(connect_s=60.0, read_s=60.0, attempting=_for_good))


def gives_up(surroundings: ItemSurroundings) -> Opened:
    """The first error is the user's."""
    return reference(surroundings, Habits(policy=ItemRetryPolicy(attempts=1)))


def without_failover(surroundings: ItemSurroundings) -> Opened:
    """The other region is paid for, and never asked."""
    return reference(surroundings, Habits(turning=None))


AT_A_TIME = 10


async def _ten_at_once(caller: Caller, work: Work, ends_s: float) -> Attempt:
    attempts = await asyncio.gather(*(caller.attempt(work, ends_s=ends_s) for _ in range(AT_A_TIME)))
    return next((each for each in attempts if each.ending.outcome is Outcome.OK), attempts[0])


def storms(surroundings: ItemSurroundings) -> Opened:
    """Ten calls for each request, since one of them will come through."""
    return reference(surroundings, Habits(attempting=_ten_at_once))


def scans(customers: int = CUSTOMERS) -> ItemPattern:
    """The orders of a customer, looked for in the whole table: "orders-of-customer" as it should not be."""
    return ItemPattern(
        name="orders-of-customer",
        operation="scan",
        arguments={
            "TableName": "<shop>",
            "FilterExpression": "pk = :customer AND begins_with(sk, :order)",
            "ExpressionAttributeValues": {":customer": {"S": "customer#{customer}"}, ":order": {"S": "order#"}},
        },
        parameters={"customer": Between(low=1, high=customers, skew=CUSTOMER_SKEW)},
        weight=25,
    )
