"""The reference application on DynamoDB, each time with one mistake that teams really make.

Named to the load as "tests.defects.items:without_backoff", and so on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from uuid import uuid4

from drill.application.dynamodb import ItemReference, ItemRetryPolicy, reference
from drill.application.dynamodb.attempt import UNPROCESSED, Attempt, Caller
from drill.application.dynamodb.money import moving, note
from drill.application.dynamodb.reference import Habits
from drill.application.dynamodb.regions import Turning
from drill.application.dynamodb.work import Work
from drill.history import Outcome
from drill.items import ItemApplication, ItemRequest, ItemSurroundings, Place
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


SETTINGS = "customer#1"
"""Whose profile everybody reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """A careful application that does something of its own with each request, and moves money carefully."""

    careful: ItemReference
    does: Callable[[ItemReference, ItemRequest], Awaitable[Answer]]

    async def perform(self, request: ItemRequest) -> Answer:
        return await self.does(self.careful, request)

    async def transfer(self, transfer: Transfer) -> Answer:
        return await self.careful.transfer(transfer)


async def _filtered(careful: ItemReference, request: ItemRequest) -> Answer:
    # One in four, since more of them keep two cores so busy that there is no steady state to judge.
    spared = int(request.key.rpartition("-")[2]) % 4
    if request.operation != "query" or "IndexName" in request.arguments or spared:
        return await careful.perform(request)
    arguments = {name: value for name, value in request.arguments.items() if name not in {"ScanIndexForward", "Limit"}}
    arguments["FilterExpression"] = arguments.pop("KeyConditionExpression")
    return await careful.perform(replace(request, operation="scan", arguments=arguments))


@asynccontextmanager
async def scans_for_orders(surroundings: ItemSurroundings) -> AsyncIterator[_Beside]:
    """What a key would have found is looked for in the whole table."""
    async with reference(surroundings) as careful:
        yield _Beside(careful=careful, does=_filtered)


async def _after_settings(careful: ItemReference, request: ItemRequest) -> Answer:
    if table := request.arguments.get("TableName"):
        settings = {"TableName": table, "Key": {"pk": {"S": SETTINGS}, "sk": {"S": "profile"}}, "ConsistentRead": True}
        await careful.perform(replace(request, operation="get_item", arguments=settings, reads_only=True, puts=()))
    return await careful.perform(request)


@asynccontextmanager
async def asks_one_key(surroundings: ItemSurroundings) -> AsyncIterator[_Beside]:
    """Settings stand in one item, which is read again before nearly everything: half of all calls go to one key."""
    async with reference(surroundings) as careful:
        yield _Beside(careful=careful, does=_after_settings)


async def _told_at_once(careful: ItemReference, request: ItemRequest) -> Answer:
    if request.operation != "put_item":
        return await careful.perform(request)
    _LATER.add(later := asyncio.create_task(careful.perform(request)))
    later.add_done_callback(_LATER.discard)
    return Answer(outcome=Outcome.OK, server=careful.place.region, attempts=1)


_LATER: set[asyncio.Task[Answer]] = set()


@asynccontextmanager
async def answers_too_early(surroundings: ItemSurroundings) -> AsyncIterator[_Beside]:
    """A put is told to be done when it is begun."""
    async with reference(surroundings) as careful:
        yield _Beside(careful=careful, does=_told_at_once)


FORGOTTEN_OF = 500


def forgets(surroundings: ItemSurroundings) -> Opened:
    """One write in five hundred is told to be done, and was never sent."""
    number = count(1)

    async def all_but_one(caller: Caller, work: Work, ends_s: float) -> Attempt:
        if not work.reads_only and next(number) % FORGOTTEN_OF == 0:
            return Attempt(ending=ACKNOWLEDGED, left=None, region=caller.regions.current, progressed=True)
        return await caller.attempt(work, ends_s=ends_s)

    return reference(surroundings, Habits(attempting=all_but_one))


def _unnoted(transfer: Transfer, place: Place) -> Work:
    careful = moving(transfer, place)
    put, *updates = careful.arguments["TransactItems"]
    plain = {name: put["Put"][name] for name in ("TableName", "Item")}
    return replace(careful, arguments={**careful.arguments, "TransactItems": [{"Put": plain}, *updates]})


async def _with_a_new_token(caller: Caller, work: Work, ends_s: float) -> Attempt:
    if work.operation != "transact_write_items":
        return await caller.attempt(work, ends_s=ends_s)
    anew = replace(work, arguments={**work.arguments, "ClientRequestToken": uuid4().hex})
    return replace(await caller.attempt(anew, ends_s=ends_s), left=work)


def new_token_each_time(surroundings: ItemSurroundings) -> Opened:
    """Each attempt at a transaction has a token of its own, and nothing else tells that it was done before."""
    return reference(surroundings, Habits(moving=_unnoted, attempting=_with_a_new_token))


def by_token_alone(surroundings: ItemSurroundings) -> Opened:
    """Sound where DynamoDB is: the token is all that keeps a transfer from being done twice."""
    return reference(surroundings, Habits(moving=_unnoted))


def never_comes_back(surroundings: ItemSurroundings) -> Opened:
    """Once it has turned to the other region, it stays there."""
    return reference(surroundings, Habits(turning=Turning(back_s=ENDLESS_S)))


def same_pause_for_all(surroundings: ItemSurroundings) -> Opened:
    """Waits, and never longer: two milliseconds, whatever came before."""
    policy = ItemRetryPolicy(first_pause_s=0.002, first_throttled_pause_s=0.002, longest_pause_s=0.002)
    return reference(surroundings, Habits(policy=policy))


async def _taken_for_failed(careful: ItemReference, request: ItemRequest) -> Answer:
    answer = await careful.perform(request)
    return replace(answer, outcome=Outcome.FAILED) if answer.outcome is Outcome.UNKNOWN else answer


@asynccontextmanager
async def takes_unknown_for_failed(surroundings: ItemSurroundings) -> AsyncIterator[_Beside]:
    """Tries once, and tells the user that nothing was done where nobody knows."""
    async with reference(surroundings, Habits(policy=ItemRetryPolicy(attempts=1))) as careful:
        yield _Beside(careful=careful, does=_taken_for_failed)


async def _under_another_key(caller: Caller, work: Work, ends_s: float) -> Attempt:
    attempt = await caller.attempt(work, ends_s=ends_s)
    if work.operation != "put_item" or attempt.left is None:
        return attempt
    item = {**work.arguments["Item"], "sk": {"S": f"{work.arguments['Item']['sk']['S']}-{uuid4().hex}"}}
    return replace(attempt, left=replace(work, arguments={**work.arguments, "Item": item}))


def new_item_each_time(surroundings: ItemSurroundings) -> Opened:
    """Each attempt at an order draws a number for it: one that was lost on the way leaves two."""
    return reference(surroundings, Habits(attempting=_under_another_key))
