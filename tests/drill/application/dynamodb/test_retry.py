"""Repeating: how long to wait, and how often it may be done by all requests together."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.application.budget import RetryBudget
from drill.application.dynamodb.attempt import UNPROCESSED, Attempt
from drill.application.dynamodb.retry import ItemRetryPolicy, repeated, worth_repeating
from drill.application.dynamodb.work import Work, left_of, work_of
from drill.history import Cause, Outcome
from drill.targets.outcomes import ACKNOWLEDGED, Ending
from tests.drill.application.dynamodb.asking import ADD, ADD_ONCE, BATCH, GET
from tests.drill.histories import property_test

THROTTLED = Ending(Outcome.FAILED, "ThrottlingException", Cause.THROTTLED)
SILENT = Ending(Outcome.UNKNOWN, "ReadTimeoutError", Cause.SILENT)
CONFLICT = Ending(Outcome.FAILED, "TransactionConflictException", Cause.CONFLICT)


def run(
    endings: list[Ending], *, budget: RetryBudget | None = None, within_s: float = 1e9, progressed: bool = False
) -> tuple[list[Attempt], list[float]]:
    """The attempts that are made while they end so, and the pauses between them; nobody waits."""
    pauses: list[float] = []
    left = iter(endings)

    async def once(work: Work) -> Attempt:
        ending = next(left)
        return Attempt(ending=ending, left=None if ending is ACKNOWLEDGED else work, region="r", progressed=progressed)

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    attempts = asyncio.run(
        repeated(
            once,
            work_of(GET),
            worth=worth_repeating,
            policy=ItemRetryPolicy(),
            budget=budget or RetryBudget(ratio=1, reserve=1000),
            within_s=within_s,
            sleep=sleep,
        )
    )
    return attempts, pauses


@property_test
@given(st.integers(1, 30))
def test_pauses_are_drawn_below_a_bound_that_doubles(failures: int) -> None:
    """Full jitter: from nothing to 50 ms, 100 ms, ... and never more than half a second."""
    attempts, pauses = run([THROTTLED] * failures + [ACKNOWLEDGED])
    assert len(attempts) == min(failures + 1, 10)
    for number, pause in enumerate(pauses):
        assert 0 <= pause <= min(0.5, 0.05 * 2**number)


def test_pauses_differ() -> None:
    """Clients that fail at the same moment do not come back at the same moment."""
    drawn = [run([THROTTLED, ACKNOWLEDGED])[1][0] for _ in range(20)]
    assert len(set(drawn)) > 15


def test_a_conflict_is_waited_out_for_less() -> None:
    """Half as long as a throttle, in the mean of many."""
    throttled = [pause for _ in range(200) for pause in run([THROTTLED] * 4 + [ACKNOWLEDGED])[1]]
    conflict = [pause for _ in range(200) for pause in run([CONFLICT] * 4 + [ACKNOWLEDGED])[1]]
    assert 1.5 < sum(throttled) / sum(conflict) < 2.7


def test_without_a_budget_nothing_is_repeated() -> None:
    """However much it would be worth it."""
    attempts, _ = run([THROTTLED] * 5, budget=RetryBudget(ratio=0, reserve=2))
    assert len(attempts) == 3


def test_the_rest_of_a_batch_costs_nothing_where_it_gets_smaller() -> None:
    """A budget is against asking for the same again and again."""
    attempts, _ = run([UNPROCESSED] * 5 + [ACKNOWLEDGED], budget=RetryBudget(ratio=0, reserve=0), progressed=True)
    assert len(attempts) == 6


def test_nothing_is_begun_that_would_come_too_late() -> None:
    """Where the pause alone takes longer than there is time, it is not waited for."""
    attempts, pauses = run([THROTTLED] * 5, within_s=0.0)
    assert (len(attempts), pauses) == (1, [])


@pytest.mark.parametrize(
    ("update", "condition"),
    [
        ("SET balance = balance - :a", "balance >= :a"),
        ("SET stock=stock-:n", None),
        ("SET stock = stock -:n", None),
        ("REMOVE queue[0]", None),
        ("ADD n :one", "#s = :open"),
    ],
)
def test_what_is_as_true_the_second_time_guards_nothing(update: str, condition: str | None) -> None:
    """An update of what stood there is repeated after a refusal, and never where it may have been done."""
    arguments = {**ADD.arguments, "UpdateExpression": update}
    arguments |= {"ConditionExpression": condition} if condition else {}
    work = work_of(replace(ADD, arguments=arguments))
    assert not worth_repeating(Attempt(ending=SILENT, left=work), work)
    assert worth_repeating(Attempt(ending=THROTTLED, left=work), work)


def test_a_condition_on_what_the_update_sets_guards_it() -> None:
    """Done once it is no longer true: the second one changes nothing."""
    work = work_of(ADD_ONCE)
    assert worth_repeating(Attempt(ending=SILENT, left=work), work)


def test_what_is_left_of_a_batch_shrinks() -> None:
    """Only what was left out is asked for, whatever else the batch says."""
    work = work_of(BATCH)
    entries = BATCH.arguments["RequestItems"]["t"]
    lefts = [left_of(work, {"UnprocessedItems": {"t": entries[:n]}}) for n in range(4, 0, -1)]
    sizes = [len(each.arguments["RequestItems"]["t"]) for each in lefts if each is not None]
    assert all(before > after for before, after in pairwise(sizes))
    assert left_of(work, {"UnprocessedItems": {}}) is None
