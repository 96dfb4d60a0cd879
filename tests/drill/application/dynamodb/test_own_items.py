"""The worked example of a team's own client of DynamoDB: docs/examples/own_items.py does what the seam asks of it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from drill.history import Cause, Outcome
from drill.items import ItemFactory
from tests.drill.application.dynamodb.asking import BATCH, GET, TRANSFER, asked
from tests.drill.application.dynamodb.endpoint import OK, in_turn, listening, refused

EXAMPLE = Path(__file__).parents[4] / "docs" / "examples" / "own_items.py"


@pytest.fixture(scope="module")
def own() -> ItemFactory:
    """Its factory."""
    found: ItemFactory = runpy.run_path(str(EXAMPLE))["open_items"]
    return found


def test_it_is_asked_and_its_calls_are_recorded(own: ItemFactory) -> None:
    """boto3's own attempts, in threads of asyncio, belong to the request."""
    with listening(in_turn(refused("ThrottlingException"), OK)) as endpoint:
        answer, calls = asked(endpoint.place(), GET, own)
    assert answer.outcome is Outcome.OK
    assert calls.table().select("request", "attempt").rows() == [("k-1", 1), ("k-1", 2)]


def test_half_a_batch_is_no_success(own: ItemFactory) -> None:
    """What was left undone is told."""
    left = {"t": BATCH.arguments["RequestItems"]["t"][2:]}
    with listening(lambda _heard: (200, {"UnprocessedItems": left})) as endpoint:
        answer, _ = asked(endpoint.place(), BATCH, own)
    assert answer.outcome is Outcome.UNKNOWN


def test_a_transfer_is_one_transaction(own: ItemFactory) -> None:
    """One call; the note that is there already means that it was done."""
    there = refused("TransactionCanceledException", CancellationReasons=[{"Code": "ConditionalCheckFailed"}])
    with listening(lambda _heard: there) as endpoint:
        answer, calls = asked(endpoint.place(), TRANSFER, own)
    assert answer.outcome is Outcome.OK
    assert calls.table()["once"].to_list() == [True]
    with listening(lambda _heard: refused("ValidationException")) as endpoint:
        answer, _ = asked(endpoint.place(), TRANSFER, own)
    assert (answer.outcome, answer.cause) == (Outcome.FAILED, Cause.OTHER)
