"""Each seeded defect does what it is named after, where the reference application does not."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest

from drill.application.dynamodb import reference
from drill.application.dynamodb.side_by_side import mode_of, side_by_side
from drill.history import Cause, Outcome
from drill.items import ItemApplication, ItemFactory
from drill.load.items.vetting import vet
from tests.defects import items
from tests.drill.application.dynamodb.asking import BATCH, GET, PUT, TRANSFER, asked, opened
from tests.drill.application.dynamodb.endpoint import CUT, OK, SILENT, Heard, Reply, in_turn, listening, refused

THROTTLED = refused("ThrottlingException")
BROKEN = refused("InternalServerError", status=500)


def calls_of(factory: ItemFactory, reply: Reply) -> int:
    """How many calls one request becomes while it is answered so."""
    with listening(lambda _heard: reply) as endpoint:
        asked(endpoint.place(), PUT, factory)
        return len(endpoint.heard)


def test_without_backoff() -> None:
    """It sends as much as it can, where the reference sends ten calls at most."""
    assert calls_of(reference, THROTTLED) <= 10
    assert calls_of(items.without_backoff, THROTTLED) > 50


def test_gives_up() -> None:
    """The first error is the last."""
    assert calls_of(items.gives_up, THROTTLED) == 1


def test_storms() -> None:
    """Ten calls for one answer."""
    assert calls_of(reference, OK) == 1
    assert calls_of(items.storms, OK) == 10


def test_ignores_unprocessed() -> None:
    """It takes half a batch for a whole one."""
    left = {"t": BATCH.arguments["RequestItems"]["t"][2:]}
    with listening(in_turn((200, {"UnprocessedItems": left}), OK)) as endpoint:
        answer, calls = asked(endpoint.place(), BATCH, items.ignores_unprocessed)
    assert answer.outcome is Outcome.OK
    assert calls.table()["unprocessed"].to_list() == [2]


@pytest.mark.parametrize("lost", [BROKEN, CUT])
def test_without_idempotency(lost: Reply) -> None:
    """An addition that may have been done is done again, as plain as before."""
    with listening(in_turn(OK, lost, OK)) as endpoint:
        answer, calls = asked(endpoint.place(deadline_s=10.0), TRANSFER, items.without_idempotency)
    assert answer.outcome is Outcome.OK
    assert Counter(calls.table()["operation"].to_list()) == {"PutItem": 1, "UpdateItem": 3}
    assert not calls.table().filter(operation="UpdateItem")["once"].any()


def test_without_deadline() -> None:
    """The user waits for longer than he wants to."""

    async def ask(application: ItemApplication) -> float:
        began_s = time.monotonic()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(application.perform(GET), 0.8)
        return time.monotonic() - began_s

    with listening(lambda _heard: SILENT) as endpoint:
        took_s = opened(endpoint.place(deadline_s=0.3), ask, items.without_deadline)
    assert took_s > 0.7


def _down(heard: Heard) -> Reply:
    return SILENT if heard.region == "us-east-1" else OK


def test_without_failover() -> None:
    """It stays where nobody answers."""
    with listening(_down) as endpoint:
        place = endpoint.place(replica_region="us-west-2")
        answer, calls = asked(place, PUT, items.without_failover)
    assert (answer.outcome, answer.cause) == (Outcome.UNKNOWN, Cause.SILENT)
    assert set(calls.table()["region"]) == {"us-east-1"}


def test_scans() -> None:
    """A pattern that could be sent, and reads the whole table."""
    vet(items.scans(), "defects")


def test_side_by_side_is_boto3_alone() -> None:
    """One call of ours, five attempts of boto3's, in the mode that the pattern names."""
    assert [mode_of(name) for name in ("put (standard)", "put (adaptive)", "put")] == [
        "standard",
        "adaptive",
        "standard",
    ]
    with listening(lambda _heard: THROTTLED) as endpoint:
        answer, calls = asked(endpoint.place(), GET, side_by_side)
    assert (answer.outcome, answer.attempts) == (Outcome.FAILED, None)
    assert calls.table()["attempt"].to_list() == [1, 2, 3, 4, 5]
    assert calls.table()["call"].n_unique() == 1
