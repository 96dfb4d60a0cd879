"""The reference application: what it repeats, what it never repeats, and what it answers."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from drill.history import Cause, Outcome
from tests.drill.application.dynamodb.asking import (
    ADD,
    ADD_ONCE,
    BATCH,
    GET,
    PUT,
    TRANSACT,
    TRANSFER,
    asked,
)
from tests.drill.application.dynamodb.endpoint import CUT, OK, SILENT, Heard, Reply, in_turn, listening, refused

THROTTLED = refused("ProvisionedThroughputExceededException")
BROKEN = refused("InternalServerError", status=500)
PUT_NEW = replace(PUT, key="k-7", arguments={**PUT.arguments, "ConditionExpression": "attribute_not_exists(pk)"})


def cancelled(*codes: str, **first: object) -> Reply:
    """A transaction that was cancelled for these reasons."""
    reasons = [{"Code": code} for code in codes]
    reasons[0].update(first)  # type: ignore[call-overload]  # the item that stood in the way
    return refused("TransactionCanceledException", CancellationReasons=reasons)


def test_a_throttle_is_waited_out() -> None:
    """What is throttled is asked again, after a pause, and is done."""
    with listening(in_turn(THROTTLED, THROTTLED, OK)) as endpoint:
        answer, calls = asked(endpoint.place(), PUT)
    assert (answer.outcome, answer.attempts, answer.server) == (Outcome.OK, 3, "us-east-1")
    assert calls.table()["code"].to_list() == ["ProvisionedThroughputExceededException"] * 2 + [None]


def test_no_answer_comes_after_the_deadline() -> None:
    """Whatever happens, the user is answered in time, and no call is begun that could not end in time."""
    with listening(lambda _heard: SILENT) as endpoint:
        began_s = time.monotonic()
        answer, _ = asked(endpoint.place(deadline_s=1.0), PUT)
        took_s = time.monotonic() - began_s
    assert answer.outcome is Outcome.UNKNOWN
    assert answer.cause is Cause.SILENT
    assert took_s < 1.5  # the deadline, and what it takes to open an application


def test_a_read_without_an_answer_has_failed() -> None:
    """What only reads changed nothing, whatever became of it."""
    with listening(lambda _heard: BROKEN) as endpoint:
        answer, _ = asked(endpoint.place(deadline_s=0.4), GET)
    assert (answer.outcome, answer.cause) == (Outcome.FAILED, Cause.SERVER_ERROR)


@pytest.mark.parametrize("lost", [BROKEN, CUT])
@pytest.mark.parametrize("wanted", [PUT, ADD_ONCE, BATCH, TRANSACT, TRANSFER], ids=lambda each: each.key)
def test_what_is_safe_to_repeat_is_repeated(lost: Reply, wanted: object) -> None:
    """An unknown outcome is settled by asking again, where that does no more."""
    with listening(in_turn(lost, OK)) as endpoint:
        answer, _ = asked(endpoint.place(), wanted)  # type: ignore[arg-type]  # one of them
    assert (answer.outcome, answer.attempts) == (Outcome.OK, 2)


@pytest.mark.parametrize("lost", [BROKEN, CUT, SILENT])
def test_an_addition_is_not_repeated_blindly(lost: Reply) -> None:
    """An ADD without a condition that may have been done is answered as unknown after one call."""
    with listening(in_turn(lost, OK)) as endpoint:
        answer, _ = asked(endpoint.place(), ADD)
        assert endpoint.operations() == ["UpdateItem"]
    assert answer.outcome is Outcome.UNKNOWN


def test_an_addition_that_was_refused_is_repeated() -> None:
    """A throttle proves that nothing was done."""
    with listening(in_turn(THROTTLED, OK)) as endpoint:
        answer, _ = asked(endpoint.place(), ADD)
    assert (answer.outcome, answer.attempts) == (Outcome.OK, 2)


def test_what_may_have_been_done_is_not_undone_by_a_later_failure() -> None:
    """An attempt of unknown end, and then throttles until the deadline: nobody knows."""
    with listening(in_turn(BROKEN, THROTTLED)) as endpoint:
        answer, _ = asked(endpoint.place(), PUT)
    assert (answer.outcome, answer.cause) == (Outcome.UNKNOWN, Cause.THROTTLED)


def test_a_condition_is_no_reason_to_repeat() -> None:
    """What a condition forbids is answered as that, at once."""
    with listening(lambda _heard: refused("ConditionalCheckFailedException")) as endpoint:
        answer, _ = asked(endpoint.place(), ADD_ONCE)
    assert (answer.outcome, answer.cause, answer.attempts) == (Outcome.FAILED, Cause.CONDITION, 1)


def test_a_condition_that_our_own_attempt_has_met() -> None:
    """Where the item in the way carries the request's own key, the request was done before."""
    own = refused("ConditionalCheckFailedException", Item={"last": {"S": "k-4"}})
    with listening(in_turn(BROKEN, own)) as endpoint:
        answer, _ = asked(endpoint.place(), ADD_ONCE)
        assert endpoint.heard[0].body["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
    assert answer.outcome is Outcome.OK


def test_a_condition_that_somebody_elses_item_has_met() -> None:
    """Where it carries another one, nobody knows whether ours was there in between."""
    other = refused("ConditionalCheckFailedException", Item={"last": {"S": "k-9"}})
    with listening(in_turn(BROKEN, other)) as endpoint:
        answer, _ = asked(endpoint.place(), ADD_ONCE)
    assert answer.outcome is Outcome.UNKNOWN


def test_a_batch_is_completed() -> None:
    """What was left out is asked for again, and that alone."""
    left = BATCH.arguments["RequestItems"]["t"][2:]
    with listening(in_turn((200, {"UnprocessedItems": {"t": left}}), OK)) as endpoint:
        answer, calls = asked(endpoint.place(), BATCH)
        assert endpoint.heard[1].body["RequestItems"] == {"t": left}
    assert answer.outcome is Outcome.OK
    assert calls.table()["unprocessed"].to_list() == [2, 0]


def test_a_batch_of_which_a_part_is_left_is_no_success() -> None:
    """Half of it stands, half of it does not: neither done nor not done."""
    left = {"t": BATCH.arguments["RequestItems"]["t"][2:]}
    with listening(lambda _heard: (200, {"UnprocessedItems": left})) as endpoint:
        answer, _ = asked(endpoint.place(deadline_s=0.5), BATCH)
    assert answer.outcome is Outcome.UNKNOWN


def test_a_transaction_has_one_token() -> None:
    """Every attempt of one request bears the same, and other requests another one."""
    with listening(in_turn(BROKEN, OK)) as endpoint:
        asked(endpoint.place(), TRANSACT)
        asked(endpoint.place(), TRANSFER)
        tokens = [each.body["ClientRequestToken"] for each in endpoint.heard]
    assert tokens[0] == tokens[1] != tokens[2]
    assert all(1 <= len(each) <= 36 for each in tokens)


@pytest.mark.parametrize(
    "reply",
    [
        cancelled("None", "TransactionConflict", "None"),
        cancelled("ThrottlingError", "None", "None"),
        refused("TransactionInProgressException"),
    ],
)
def test_a_transaction_in_the_way_of_another_is_repeated(reply: Reply) -> None:
    """Conflicts and throttles pass, and so does an attempt that is still at work."""
    with listening(in_turn(reply, OK)) as endpoint:
        answer, _ = asked(endpoint.place(), TRANSFER)
    assert (answer.outcome, answer.attempts) == (Outcome.OK, 2)


def test_a_transfer_that_is_noted_was_done() -> None:
    """Whoever finds the own note in the ledger has nothing left to do."""
    note = {
        "transfer": {"S": "t-1"},
        "source": {"N": "1"},
        "destination": {"N": "2"},
        "amount": {"N": "5"},
    }
    with listening(lambda _heard: cancelled("ConditionalCheckFailed", "None", "None", Item=note)) as endpoint:
        answer, _ = asked(endpoint.place(), TRANSFER)
    assert (answer.outcome, answer.attempts) == (Outcome.OK, 1)


def test_another_transfer_under_the_same_key_is_a_mistake() -> None:
    """A note that says something else is no proof that this transfer was done."""
    note = {"transfer": {"S": "t-1"}, "source": {"N": "7"}, "destination": {"N": "2"}, "amount": {"N": "5"}}
    with listening(lambda _heard: cancelled("ConditionalCheckFailed", "None", "None", Item=note)) as endpoint:
        answer, _ = asked(endpoint.place(), TRANSFER)
    assert (answer.outcome, answer.cause) == (Outcome.FAILED, Cause.CONDITION)


def test_a_transfer_to_nobody_is_refused() -> None:
    """An account that is not there cancels it: no balance is made up."""
    with listening(lambda _heard: cancelled("None", "None", "ConditionalCheckFailed")) as endpoint:
        answer, _ = asked(endpoint.place(), TRANSFER)
    assert (answer.outcome, answer.cause) == (Outcome.FAILED, Cause.CONDITION)


def test_mistakes_are_not_repeated() -> None:
    """What DynamoDB takes for a mistake of ours, and what boto3 refuses to send, fails at once."""
    with listening(lambda _heard: refused("ValidationException")) as endpoint:
        answer, _ = asked(endpoint.place(), GET)
        assert (answer.outcome, answer.attempts) == (Outcome.FAILED, 1)
        answer, calls = asked(endpoint.place(), replace(GET, arguments={"Tables": "t"}))
        assert len(endpoint.heard) == 1
    assert (answer.outcome, answer.code) == (Outcome.FAILED, "ParamValidationError")
    assert calls.table().is_empty()


def test_nobody_there_is_a_failure_that_is_proven() -> None:
    """Where no connection was made, nothing was sent."""
    with listening(lambda _heard: OK) as endpoint:
        place = endpoint.place(deadline_s=0.5)
    answer, _ = asked(place, PUT)
    assert (answer.outcome, answer.cause) == (Outcome.FAILED, Cause.REFUSED)


def _down(heard: Heard) -> Reply:
    return SILENT if heard.region == "us-east-1" else OK


@pytest.mark.parametrize("wanted", [TRANSFER, TRANSACT, ADD_ONCE, PUT_NEW], ids=lambda each: each.key)
def test_what_was_left_open_stays_in_its_region(wanted: object) -> None:
    """The other region knows neither its token nor what its condition is to find: it is never done there, too."""
    with listening(_down) as endpoint:
        place = endpoint.place(replica_region="us-west-2", deadline_s=3.0)
        answer, calls = asked(place, wanted)  # type: ignore[arg-type]  # one of them
    assert answer.outcome is Outcome.UNKNOWN
    assert set(calls.table()["region"].cast(str)) == {"us-east-1"}


@pytest.mark.parametrize("wanted", [GET, PUT], ids=lambda each: each.key)
def test_a_region_that_does_not_answer_is_left(wanted: object) -> None:
    """Reads, and writes of whole items, are answered by the other region, within the deadline."""
    with listening(_down) as endpoint:
        place = endpoint.place(replica_region="us-west-2", deadline_s=3.0)
        answer, _ = asked(place, wanted)  # type: ignore[arg-type]  # one of them
    assert (answer.outcome, answer.server) == (Outcome.OK, "us-west-2")
