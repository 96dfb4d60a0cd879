"""The recorder: a row for each HTTP call that was really sent, and what it says of it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import polars as pl
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from drill.load.items.answered import reasons, units
from drill.load.items.asked import Asked, asked
from drill.load.items.calls import ASKED, Calls, partition_keys
from tests.drill.application.dynamodb.endpoint import CUT, SILENT, Endpoint, Reply, in_turn, listening, refused

KEYS = {"shop": "pk", "shop/by-status": "status", "accounts": "account"}
KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
TOTAL = {"TableName": "shop", "CapacityUnits": 3.0}


def call(endpoint: Endpoint, operation: str, *, attempts: int = 1, **arguments: Any) -> dict[str, Any]:
    """The last row that one call leaves, as boto3 itself repeats it."""
    return rows(endpoint, operation, attempts=attempts, **arguments).row(-1, named=True)


def rows(endpoint: Endpoint, operation: str, *, attempts: int = 1, **arguments: Any) -> pl.DataFrame:
    """All rows that one call leaves."""
    calls = Calls(endpoint.place(), keys=KEYS)
    config = Config(read_timeout=0.2, connect_timeout=0.2, retries={"mode": "standard", "total_max_attempts": attempts})
    client = calls(config)
    with contextlib.suppress(ClientError, BotoCoreError):
        getattr(client, operation)(**arguments)
    return calls.table()


def test_a_read() -> None:
    """Where it went, what it asked for, what came back, and what that cost."""
    reply: Reply = (200, {"Item": KEY, "ConsumedCapacity": {"TableName": "shop", "CapacityUnits": 0.5}})
    with listening(in_turn(reply)) as endpoint:
        before_ns = time.monotonic_ns()
        row = call(endpoint, "get_item", TableName="shop", Key=KEY)
        assert endpoint.heard[0].body["ReturnConsumedCapacity"] == "INDEXES"
    assert before_ns < row["sent_ns"] < row["answered_ns"] < time.monotonic_ns()
    wanted = {
        "call": 1,
        "attempt": 1,
        "operation": "GetItem",
        "region": "us-east-1",
        "table": "shop",
        "index": None,
        "partition": "a",
        "status": 200,
        "code": None,
        "asked": 1,
        "returned": 1,
        "evaluated": 1,
        "read_units": 0.5,
        "write_units": 0.0,
        "once": True,
    }
    assert {name: row[name] for name in wanted} == wanted
    assert row["request_bytes"] > 50
    assert row["response_bytes"] > 50


def test_what_the_application_says_itself_is_left_alone() -> None:
    """Whoever asks for TOTAL, or NONE, is not overruled."""
    with listening(in_turn((200, {}))) as endpoint:
        row = call(endpoint, "get_item", TableName="shop", Key=KEY, ReturnConsumedCapacity="NONE")
        assert endpoint.heard[0].body["ReturnConsumedCapacity"] == "NONE"
    assert (row["read_units"], row["returned"]) == (None, 0)


def test_every_attempt_of_boto3_is_a_row() -> None:
    """Attempts of one call share its number; throttles tell their reasons and what they are about."""
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/shop"
    throttled = refused(
        "ProvisionedThroughputExceededException",
        ThrottlingReasons=[{"reason": "TableWriteKeyRangeThroughputExceeded", "resource": arn}],
    )
    with listening(in_turn(throttled, (200, {"ConsumedCapacity": TOTAL}))) as endpoint:
        found = rows(endpoint, "put_item", attempts=3, TableName="shop", Item=KEY)
    assert found["attempt"].to_list() == [1, 2]
    assert found["call"].to_list() == [1, 1]
    assert found["status"].to_list() == [400, 200]
    assert found["code"].to_list() == ["ProvisionedThroughputExceededException", None]
    assert found["reasons"].to_list() == [["TableWriteKeyRangeThroughputExceeded"], None]
    assert found["resources"].to_list() == [[arn], None]
    assert found["write_units"].to_list() == [None, 3.0]


def test_reasons_of_the_other_errors() -> None:
    """ThrottlingException writes them small; a cancelled transaction has one for each item."""
    small = [{"reason": "TableReadAccountLimitExceeded", "resource": "arn"}]
    with listening(in_turn(refused("ThrottlingException", throttlingReasons=small))) as endpoint:
        assert call(endpoint, "get_item", TableName="shop", Key=KEY)["reasons"] == ["TableReadAccountLimitExceeded"]
    cancelled = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    with listening(in_turn(refused("TransactionCanceledException", CancellationReasons=cancelled))) as endpoint:
        put = {"Put": {"TableName": "shop", "Item": KEY}}
        row = call(endpoint, "transact_write_items", TransactItems=[put])
    assert (row["reasons"], row["resources"]) == (["None", "TransactionConflict"], None)
    assert reasons({}) == (None, None)


@pytest.mark.parametrize(
    ("reply", "name"), [(SILENT, "ReadTimeoutError"), (CUT, "ConnectionClosedError")], ids=["silent", "cut"]
)
def test_no_answer_is_a_row_too(reply: Reply, name: str) -> None:
    """Without a status, and with the name of what boto3 raised."""
    with listening(in_turn(reply)) as endpoint:
        row = call(endpoint, "put_item", TableName="shop", Item=KEY)
    assert (row["status"], row["code"], row["write_units"], row["response_bytes"]) == (None, name, None, None)


def test_nobody_there_is_a_row_too() -> None:
    """It was tried."""
    with listening(in_turn((200, {}))) as endpoint:
        pass
    assert call(endpoint, "put_item", TableName="shop", Item=KEY)["code"] == "EndpointConnectionError"


def test_what_was_never_sent_is_no_row() -> None:
    """boto3 refuses it itself."""
    with listening(in_turn((200, {}))) as endpoint:
        assert rows(endpoint, "put_item", TableName="shop").is_empty()


def test_units_of_several_tables_and_indexes() -> None:
    """All are added up; what indexes consumed is told besides. Transactions tell reads and writes apart."""
    with_index = {"CapacityUnits": 3.0, "GlobalSecondaryIndexes": {"by-status": {"CapacityUnits": 1.0}}}
    assert units("BatchWriteItem", {"ConsumedCapacity": [with_index, TOTAL]}) == (0.0, 6.0, 1.0)
    assert units("Query", {"ConsumedCapacity": with_index}) == (3.0, 0.0, 1.0)
    again = {"CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}
    assert units("TransactWriteItems", {"ConsumedCapacity": [again]}) == (4.0, 0.0, 0.0)
    assert units("GetItem", {}) == (None, None, None)


PUT = {"PutRequest": {"Item": KEY}}


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("PutItem", {"TableName": "shop", "Item": KEY}, Asked("shop", None, "a", 1, once=True)),
        (
            "BatchWriteItem",
            {"RequestItems": {"shop": [PUT, {"DeleteRequest": {"Key": KEY}}]}},
            Asked("shop", None, "a", 2, once=True),
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"accounts": {"Keys": [{"account": {"N": "1"}}, {"account": {"N": "2"}}]}}},
            Asked("accounts", None, None, 2, once=True),
        ),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": "accounts", "Key": {"account": {"N": "1"}}}}]},
            Asked("accounts", None, "1", 1, once=True),
        ),
        (
            "Query",
            {
                "TableName": "shop",
                "IndexName": "by-status",
                "KeyConditionExpression": "#s = :open AND created > :since",
                "ExpressionAttributeNames": {"#s": "status"},
                "ExpressionAttributeValues": {":open": {"S": "open#3"}, ":since": {"S": "2026"}},
            },
            Asked("shop", "by-status", "open#3", None, once=True),
        ),
        (
            "Query",
            {
                "TableName": "strange",
                "KeyConditionExpression": "id=:id",
                "ExpressionAttributeValues": {":id": {"N": "7"}},
            },
            Asked("strange", None, "7", None, once=True),
        ),
        ("Scan", {"TableName": "shop"}, Asked("shop", None, None, None, once=True)),
        ("GetItem", {"TableName": "strange", "Key": KEY}, Asked("strange", None, None, 1, once=True)),
        ("ListTables", {"Limit": 1}, Asked(None, None, None, None, once=True)),
        ("BatchWriteItem", {"RequestItems": 3}, Asked(None, None, None, None, once=False)),
    ],
    ids=["put", "batch", "several", "transact", "index", "strange-query", "scan", "strange", "list", "nonsense"],
)
def test_what_a_call_asks_for(operation: str, parameters: dict[str, Any], expected: Asked) -> None:
    """Table, index, partition and how many items; what it does not understand it leaves out."""
    assert asked(operation, parameters, KEYS) == expected


def test_a_token_that_boto3_makes_up_is_none_of_the_applications() -> None:
    """It makes boto3's own attempts safe, but not the application's next call."""
    update = {
        "Update": {
            "TableName": "shop",
            "Key": KEY,
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    with listening(in_turn((200, {}))) as endpoint:
        assert call(endpoint, "transact_write_items", TransactItems=[update])["once"] is False
        assert endpoint.heard[0].body["ClientRequestToken"]
        row = call(endpoint, "transact_write_items", TransactItems=[update], ClientRequestToken="mine")
    assert row["once"] is True


def test_whose_call_it_is() -> None:
    """Requests side by side keep their calls apart, in threads of asyncio too; what nobody asked for is nobody's."""
    with listening(in_turn((200, {}))) as endpoint:
        calls = Calls(endpoint.place(), keys=KEYS)
        client = calls()

        async def one(key: str) -> None:
            ASKED.set((key, "get"))
            for _ in range(3):
                await asyncio.to_thread(client.get_item, TableName="shop", Key={"pk": {"S": key}, "sk": {"S": "x"}})

        async def all_of_them() -> None:
            await asyncio.gather(*(one(f"k-{n}") for n in range(10)))

        asyncio.run(all_of_them())
        client.list_tables()
    table = calls.table()
    assert table.filter(pl.col("request").is_not_null()).select((pl.col("request") == pl.col("partition")).all()).item()
    assert table.filter(pl.col("request").is_null())["operation"].to_list() == ["ListTables"]
    assert table["call"].n_unique() == 31


def test_recording_is_cheap() -> None:
    """Less than 100 us for a call, all of it together, which costs boto3 itself a millisecond."""
    calls = Calls(Endpoint(url="http://127.0.0.1:1", answers=in_turn((200, {}))).place(), keys=KEYS)
    client: Any = calls()
    model = client.meta.service_model.operation_model("GetItem")
    said = {"Item": KEY, "ConsumedCapacity": {"TableName": "shop", "CapacityUnits": 0.5}}
    response = {"status_code": 200, "body": b"x" * 1000}
    request = type("Request", (), {"body": b"x" * 100})()

    def once() -> None:
        context: dict[str, Any] = {"client_region": "us-east-1"}
        params = {"TableName": "shop", "Key": KEY}
        emit("before-parameter-build.dynamodb.GetItem", params=params, model=model, context=context)
        emit("before-send.dynamodb.GetItem", request=request)
        emit(
            "response-received.dynamodb.GetItem",
            context=context,
            response_dict=response,
            parsed_response=said,
            exception=None,
        )

    emit = client.meta.events.emit
    best_ns = min(_timed(once) for _ in range(5))
    assert len(calls.table()) == 2500
    assert best_ns < 100_000


def _timed(work: Any, times: int = 500) -> float:
    began_ns = time.perf_counter_ns()
    for _ in range(times):
        work()
    return (time.perf_counter_ns() - began_ns) / times


def test_partition_keys_are_described() -> None:
    """Of tables and of their indexes."""
    hashed = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]}
    index = {"IndexName": "by-status", "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}]}
    described: Reply = (200, {"Table": {**hashed, "GlobalSecondaryIndexes": [index]}})
    with listening(in_turn(described)) as endpoint:
        found = partition_keys(Calls(endpoint.place()).plain(), ("shop",))
    assert found == {"shop": "pk", "shop/by-status": "status"}
