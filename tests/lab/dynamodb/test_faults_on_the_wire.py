"""What a plain boto3 client, which asks once, sees of each fault, and that it is over with its experiment."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from lab.dynamodb.capacity.errors import REASONS
from tests.lab.dynamodb.conftest import ACCOUNT, EAST, Aws, client, eventually, found, item

pytestmark = pytest.mark.lab

INDEXED = {
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "by", "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-by",
            "KeySchema": [{"AttributeName": "by", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
QUERY = {
    "IndexName": "by-by",
    "KeyConditionExpression": "#by = :by",
    "ExpressionAttributeNames": {"#by": "by"},
    "ExpressionAttributeValues": {":by": {"S": "a"}},
}


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_is_told_as_documented(aws: Aws, reason: str) -> None:
    """The exception, its status, and the member that names reason and resource; other kinds of calls go through."""
    table = aws.table(**INDEXED)
    arn = f"arn:aws:dynamodb:{EAST}:{ACCOUNT}:table/{table}"
    calls = {
        "Write": lambda: aws.east.put_item(TableName=table, Item=item("a", by="a")),
        "Read": lambda: (
            aws.east.query(TableName=table, **QUERY)
            if reason.startswith("Index")
            else aws.east.get_item(TableName=table, Key=item("a"))
        ),
    }
    kind = "Read" if "Read" in reason else "Write"
    with aws.broken("lab:throttle-tables", table, reason=reason):
        with pytest.raises(ClientError) as refused:
            calls[kind]()
        calls["Read" if kind == "Write" else "Write"]()
    answer: dict[str, Any] = dict(refused.value.response)
    code = answer["Error"]["Code"]
    member = "throttlingReasons" if code == "ThrottlingException" else "ThrottlingReasons"
    resource = f"{arn}/index/by-by" if reason.startswith("Index") else arn
    assert answer[member] == [{"reason": reason, "resource": resource}]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert code in {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}
    calls[kind]()


def test_every_reason_that_fits_comes_by_turns(aws: Aws) -> None:
    """Of a write to a table with an index: the table's four and the index's four."""
    table, seen = aws.table(**INDEXED), Counter[str]()
    with aws.broken("lab:throttle-tables", table):
        for _ in range(16):
            with pytest.raises(ClientError) as refused:
                aws.east.put_item(TableName=table, Item=item("a", by="a"))
            answer: dict[str, Any] = dict(refused.value.response)
            (told,) = answer.get("ThrottlingReasons") or answer["throttlingReasons"]
            seen[told["reason"]] += 1
    assert seen == {reason: 2 for reason in REASONS if "Write" in reason}


def test_a_share_of_a_batch_is_left_unprocessed(aws: Aws) -> None:
    """The rest is written; nothing is in both."""
    table = aws.table()
    asked = [{"PutRequest": {"Item": item(str(number))}} for number in range(25)]
    with aws.broken("lab:throttle-tables", table, percentage="40"):
        left = aws.east.batch_write_item(RequestItems={table: asked})["UnprocessedItems"][table]
    keys = {each["PutRequest"]["Item"]["id"]["S"] for each in left}
    assert 0 < len(keys) < 25
    assert {each for each in map(str, range(25)) if found(aws.east, table, each) is None} == keys


def test_a_share_of_the_requests_is_hit(aws: Aws) -> None:
    """About so many of them, and the others are answered."""
    table, failed = aws.table(), 0
    with aws.broken("lab:fail-tables", table, percentage="30"):
        for _ in range(100):
            try:
                aws.east.put_item(TableName=table, Item=item("a"))
            except ClientError:
                failed += 1
    assert 10 <= failed <= 55


def test_late_answers_come_late_and_are_right(aws: Aws) -> None:
    """A write is carried out at once: who reads past the fault sees it before the writer is answered."""
    table = aws.table()
    with aws.broken("lab:delay-tables", table, delay="300"):
        began_s = time.monotonic()
        aws.east.put_item(TableName=table, Item=item("a"))
        assert 0.3 <= time.monotonic() - began_s < 1.0
    began_s = time.monotonic()
    assert found(aws.east, table, "a") == item("a")
    assert time.monotonic() - began_s < 0.3


@pytest.mark.parametrize(("applied", "stands"), [("no", {False}), ("yes", {True}), ("half", {True, False})])
def test_a_server_error_says_nothing_about_the_write(aws: Aws, applied: str, stands: set[bool]) -> None:
    """It was carried out, or not, as was asked for."""
    table = aws.table()
    with aws.broken("lab:fail-tables", table, applied=applied):
        for number in range(20):
            with pytest.raises(ClientError) as refused:
                aws.east.put_item(TableName=table, Item=item(str(number)))
    assert refused.value.response["Error"]["Code"] == "InternalServerError"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert {found(aws.east, table, str(number)) is not None for number in range(20)} == stands


def test_a_cut_connection_says_nothing_about_the_write(aws: Aws) -> None:
    """By default half of the writes were carried out."""
    table = aws.table()
    with aws.broken("lab:drop-tables", table):
        for number in range(20):
            with pytest.raises(ConnectionClosedError):
                aws.east.put_item(TableName=table, Item=item(str(number)))
    assert {found(aws.east, table, str(number)) is not None for number in range(20)} == {True, False}


def test_silence_answers_nothing_until_it_is_over(aws: Aws) -> None:
    """Nothing is closed, other tables answer, and a request that waits is cut at the end."""
    table, other = aws.table(), aws.table()
    impatient = client(aws.lab, read_timeout=0.3)
    with aws.broken("lab:silence-tables", table):
        with pytest.raises(ReadTimeoutError):
            impatient.put_item(TableName=table, Item=item("a"))
        aws.east.put_item(TableName=other, Item=item("a"))
        aws.east.describe_table(TableName=table)
    assert found(aws.east, table, "a") is None


def test_a_request_that_is_held_is_cut_when_silence_ends(aws: Aws) -> None:
    """Its client hears of it at once, and not after its own time-out."""
    table = aws.table()
    patient = client(aws.lab, read_timeout=30)
    began_s = time.monotonic()
    with ThreadPoolExecutor(1) as waiting:
        with aws.broken("lab:silence-tables", table):
            held = waiting.submit(patient.put_item, TableName=table, Item=item("a"))
            with pytest.raises(TimeoutError):
                held.result(timeout=0.3)
        with pytest.raises(ConnectionClosedError):
            held.result(timeout=5)
    assert time.monotonic() - began_s < 10
    aws.east.put_item(TableName=table, Item=item("a"))


def test_a_fault_is_over_with_its_duration(aws: Aws) -> None:
    """Nobody has to stop it; its experiment is then completed."""
    table = aws.table()
    identifier = aws.begun("lab:fail-tables", table, duration="PT1S")
    with pytest.raises(ClientError):
        aws.east.put_item(TableName=table, Item=item("a"))
    eventually(lambda: aws.status(identifier) == "completed", "the experiment to complete")
    aws.east.put_item(TableName=table, Item=item("a"))


def test_a_silent_region_is_silent_in_all_of_dynamodb_and_nothing_else(aws: Aws) -> None:
    """Its tables and their descriptions; the other region and other services answer."""
    table = aws.global_table()
    impatient = client(aws.lab, read_timeout=0.3)
    with aws.broken("lab:silence-region", table):
        for call in (
            lambda: impatient.put_item(TableName=table, Item=item("a")),
            lambda: impatient.describe_table(TableName=table),
            impatient.list_tables,
        ):
            with pytest.raises(ReadTimeoutError):
                call()
        aws.west.put_item(TableName=table, Item=item("b"))
        client(aws.lab, "cloudwatch").describe_alarms()
        time.sleep(0.4)  # longer than the lag: nothing crosses over while a region is away
    assert found(aws.east, table, "a") is None
    eventually(lambda: found(aws.east, table, "b"), "what the other region wrote meanwhile")


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"percentage": "101"}, "no whole number from 1 to 100"),
        ({"reason": "TooMuch"}, "is none of every"),
        ({"delay": "5"}, "has no parameter delay"),
        ({"duration": "5 minutes"}, "no ISO 8601 duration"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(aws: Aws, parameters: dict[str, str], says: str) -> None:
    """When the template is made, in one line."""
    with pytest.raises(ClientError, match=says), aws.broken("lab:throttle-tables", "orders", **parameters):
        pass


def test_a_table_that_is_not_there_cannot_be_broken(aws: Aws) -> None:
    """The experiment fails, and says which tables there are."""
    says = "was not found: this lab has us-east-1/orders"
    with pytest.raises(AssertionError, match=says), aws.broken("lab:delay-tables", "nowhere"):
        pass
