"""What is repeated, what is not, and what all attempts together prove."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import pairwise

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.application import Reference, reference
from drill.application.attempt import POOL_QUEUE_FULL, POOL_TIMEOUT, Attempt
from drill.application.budget import RetryBudget
from drill.application.connection import ApplicationConnection
from drill.application.lender import Checkout
from drill.application.reference import answer
from drill.application.retry import RetryPolicy, repeated, worth_repeating
from drill.application.work import Work, carries_key, work_of
from drill.history import WRITER_ENDPOINT, Cause, Outcome
from drill.requests import Answer, PoolState, Request, Statement
from drill.targets.outcomes import Ending
from tests.drill.application.asking import AT_ONCE, note, opened, reading, request, transfer
from tests.drill.application.conftest import Shop

OK, FAILED, UNKNOWN = Outcome.OK, Outcome.FAILED, Outcome.UNKNOWN
LOST = Ending(UNKNOWN, None, Cause.RESET)


async def _nothing(_connection: object, _ends_s: float) -> None:
    """No work at all."""


READ = Work(do=_nothing, reads_only=True, in_transaction=False, idempotent=True)
KEYED = Work(do=_nothing, reads_only=False, in_transaction=True, idempotent=True)
KEYLESS = Work(do=_nothing, reads_only=False, in_transaction=True, idempotent=False)


@pytest.mark.parametrize(
    ("code", "again"),
    [
        ("40001", True),
        ("40P01", True),
        ("25006", True),
        ("55P03", False),
        ("57014", False),
        ("53300", False),
        ("23505", False),
        ("42P01", False),
        ("42601", False),
        ("22012", False),
        ("P0001", False),
        ("57P01", True),
        ("08006", True),
    ],
)
def test_errors_of_a_transaction(shop: Shop, code: str, *, again: bool) -> None:
    """What the server reports before COMMIT was not done; it is repeated where the next attempt may do better."""
    raising = request(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$")

    async def attempts() -> tuple[Outcome, str | None, int | None]:
        async with opened(shop.surroundings) as application:
            ended = await application.perform(raising)
        return ended.outcome, ended.code, ended.attempts

    assert asyncio.run(attempts()) == (FAILED, code, 3 if again else 1)


@pytest.mark.parametrize(
    "words",
    ["server closed the connection unexpectedly", "SSL connection has been closed unexpectedly", "no connection"],
)
def test_loss_before_commit_in_any_words(shop: Shop, words: str) -> None:
    """However libpq says that the connection is gone, with TLS or without: not done, and repeated."""
    tries = iter([psycopg.OperationalError(words), None])

    async def lose_once(_connection: object, _ends_s: float) -> None:
        if error := next(tries):
            raise error

    async def ask() -> Answer:
        losing = replace(KEYLESS, do=lose_once)
        async with reference(shop.surroundings, policy=AT_ONCE, moving=lambda _transfer: losing) as bank:
            return await bank.transfer(transfer())

    ended = asyncio.run(ask())
    assert (ended.outcome, ended.attempts) == (OK, 2)


@pytest.mark.parametrize(
    ("ending", "read", "keyed", "keyless"),
    [
        (Ending(OK), False, False, False),
        (Ending(FAILED, None, Cause.REFUSED), True, True, True),
        (Ending(FAILED, None, Cause.RESET), True, True, True),
        (Ending(FAILED, None, Cause.NAME_RESOLUTION), True, True, True),
        (Ending(FAILED, "57P03", Cause.STARTING_UP), True, True, True),
        (Ending(FAILED, "25006", Cause.STALE_WRITER), False, True, True),
        (Ending(FAILED, None, Cause.SILENT), False, False, False),
        (Ending(FAILED, "28P01", Cause.AUTHENTICATION), False, False, False),
        (Ending(FAILED, "53300", Cause.TOO_MANY_CONNECTIONS), False, False, False),
        (Ending(FAILED, POOL_TIMEOUT, Cause.OTHER), False, False, False),
        (Ending(FAILED, POOL_QUEUE_FULL, Cause.OTHER), False, False, False),
        (LOST, True, True, False),
        (Ending(UNKNOWN, "57P01", Cause.SHUTTING_DOWN), True, True, False),
        (Ending(UNKNOWN, "40003", Cause.RESET), True, True, False),
        (Ending(UNKNOWN, None, Cause.SILENT), False, False, False),
        (Ending(UNKNOWN, "01000", Cause.UNREPLICATED), False, False, False),
        (Ending(UNKNOWN, "XX000", Cause.OTHER), False, False, False),
    ],
    ids=str,
)
def test_table_of_decisions(ending: Ending, *, read: bool, keyed: bool, keyless: bool) -> None:
    """FAILED is repeated where it may pass; UNKNOWN only where doing it twice is doing it once."""
    decisions = tuple(worth_repeating(ending, work) for work in (READ, KEYED, KEYLESS))
    assert decisions == (read, keyed, keyless)


def test_a_write_is_idempotent_by_its_key_alone() -> None:
    """A write may be repeated blindly if its key goes into the database; what only reads always may."""
    keyed = Request(
        key="k1", pattern="p", reads_only=False, statements=(Statement(sql="...", parameters={"key": "k1"}),)
    )
    assert carries_key(keyed)
    assert work_of(keyed).idempotent
    assert not work_of(note("words")).idempotent
    assert work_of(reading()).idempotent


def test_transactions_where_they_are_needed() -> None:
    """One read needs none; a write, several statements, or work in between do."""
    assert not work_of(reading()).in_transaction
    assert work_of(note("words")).in_transaction
    assert work_of(request("SELECT 1", "SELECT 2", reads_only=True)).in_transaction
    assert work_of(request("SELECT 1", reads_only=True, works_s=0.1)).in_transaction


def run(
    endings: list[Ending], *, policy: RetryPolicy, budget: RetryBudget, within_s: float = 60
) -> tuple[list[Attempt], list[float]]:
    """The attempts that come of these endings, and the pauses between them, without waiting for any."""
    left = iter(endings)
    pauses: list[float] = []

    async def once() -> Attempt:
        return Attempt(ending=next(left), waited_ns=0)

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    worth = partial(_worth, KEYED)
    attempts = asyncio.run(repeated(once, worth, policy=policy, budget=budget, within_s=within_s, sleep=sleep))
    return attempts, pauses


def _worth(work: Work, ending: Ending) -> bool:
    return worth_repeating(ending, work)


PLENTY = RetryPolicy(attempts=9)


def test_it_ends_with_the_first_success() -> None:
    """Nothing is repeated once it was done."""
    attempts, _ = run([LOST, Ending(OK), LOST], policy=PLENTY, budget=RetryBudget(ratio=1, reserve=10))
    assert [each.ending for each in attempts] == [LOST, Ending(OK)]


def test_it_ends_with_the_last_attempt() -> None:
    """Three attempts are all there are, whatever is left of the budget."""
    attempts, _ = run([LOST] * 9, policy=RetryPolicy(), budget=RetryBudget(ratio=1, reserve=10))
    assert len(attempts) == 3


def test_it_ends_with_the_budget() -> None:
    """An empty bucket means one attempt; and a last attempt spends no token."""
    budget = RetryBudget(ratio=0, reserve=3)
    assert len(run([LOST] * 9, policy=RetryPolicy(attempts=2), budget=budget)[0]) == 2
    assert len(run([LOST] * 9, policy=PLENTY, budget=budget)[0]) == 3
    assert len(run([LOST] * 9, policy=PLENTY, budget=budget)[0]) == 1


def test_no_attempt_begins_after_the_deadline() -> None:
    """A pause that would reach beyond the deadline is not made, and costs nothing."""
    budget = RetryBudget(ratio=0, reserve=1)
    assert len(run([LOST] * 9, policy=PLENTY, budget=budget, within_s=0)[0]) == 1
    assert budget.spend()


@given(st.integers(1, 9), st.floats(0.001, 0.2), st.floats(0.2, 2))
def test_pauses_grow_at_random_within_bounds(attempts: int, first_s: float, longest_s: float) -> None:
    """Each pause lies between nothing and a bound that doubles up to the longest."""
    policy = RetryPolicy(attempts=attempts, first_pause_s=first_s, longest_pause_s=longest_s)
    budget = RetryBudget(ratio=1, reserve=10)
    _, pauses = run([LOST] * 9, policy=policy, budget=budget)
    assert len(pauses) == attempts - 1
    assert all(0 <= pause <= min(longest_s, first_s * 2**number) for number, pause in enumerate(pauses))


class _Closed:
    """A lender that has nothing to lend, and takes its time to say so."""

    def __init__(self) -> None:
        self.patience_s: list[float] = []

    @asynccontextmanager
    async def lent(self, patience_s: float) -> AsyncIterator[ApplicationConnection]:
        self.patience_s.append(patience_s)
        await asyncio.sleep(0.05)
        raise psycopg.OperationalError("connection refused")
        yield  # type: ignore[unreachable]

    async def distrust(self, connection: ApplicationConnection) -> None:
        raise AssertionError(connection)

    def states(self) -> list[PoolState]:
        return []

    def checkouts(self) -> list[Checkout]:
        return []


def test_all_attempts_share_the_patience() -> None:
    """What one attempt has waited for a connection is no longer there for the next."""
    lender = _Closed()
    application = Reference(
        lenders={WRITER_ENDPOINT: lender},
        deadline_s=60,
        patience_s=1.0,
        budget=RetryBudget(ratio=0, reserve=9),
        policy=AT_ONCE,
    )
    ended = asyncio.run(application.transfer(transfer()))
    assert (ended.outcome, ended.cause, ended.attempts) == (FAILED, Cause.REFUSED, 3)
    assert lender.patience_s[0] == 1.0
    assert all(later <= before - 0.04 for before, later in pairwise(lender.patience_s))
    assert (ended.waited_ns or 0) >= 0.12e9


ENDINGS = st.lists(
    st.sampled_from(
        [Ending(OK), Ending(FAILED, "40001", Cause.OTHER), LOST, Ending(FAILED, POOL_TIMEOUT, Cause.OTHER)]
    ),
    min_size=1,
    max_size=5,
)


@given(ENDINGS)
def test_answer_claims_no_more_than_was_proven(endings: list[Ending]) -> None:
    """OK if the last attempt was; FAILED only if every one of them failed; else nobody knows."""
    ended = answer([Attempt(ending=each, waited_ns=7) for each in endings])
    if endings[-1].outcome is OK:
        assert ended.outcome is OK
    elif all(each.outcome is FAILED for each in endings):
        assert ended.outcome is FAILED
    elif any(each.outcome is UNKNOWN for each in endings):
        assert ended.outcome is UNKNOWN
    assert ended.attempts == len(endings)
    assert ended.waited_ns == 7 * len(endings)
    assert (ended.code, ended.cause) == endings[-1][1:]
