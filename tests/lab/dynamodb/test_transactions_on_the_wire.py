"""Transactions of several clients at once, as plain boto3 sees them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lab.dynamodb.conftest import Aws, client, eventually, found, item

pytestmark = pytest.mark.lab

MESSAGE = "Transaction is ongoing for the item"


def added(table: str, *keys: str) -> list[dict[str, Any]]:
    """Actions that add 1 to each."""
    add = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    return [{"Update": {"TableName": table, "Key": item(each), **add}} for each in keys]


def done(call: Callable[[], object], refusals: list[ClientError]) -> bool:
    """Whether it was answered; what it was refused with is kept."""
    try:
        call()
    except ClientError as refused:
        refusals.append(refused)
        return False
    return True


@contextmanager
def going_on(aws: Aws, table: str, *keys: str) -> Iterator[None]:
    """Have one transaction after the other on these items."""
    over, dynamodb = threading.Event(), client(aws.lab)

    def work() -> None:
        while not over.is_set():
            done(lambda: dynamodb.transact_write_items(TransactItems=added(table, *keys)), [])

    with ThreadPoolExecutor(1) as workers:
        working = workers.submit(work)
        try:
            yield
        finally:
            over.set()
        working.result(5)


def test_transactions_that_meet_are_done_whole_or_not_at_all(aws: Aws) -> None:
    """Some of 6 clients on the same items are cancelled; what was answered is there once, and no half is ever seen."""
    table, refusals, over = aws.table(), list[ClientError](), threading.Event()
    clients = [client(aws.lab) for _ in range(6)]

    def work(dynamodb: Any) -> int:
        return sum(
            done(lambda: dynamodb.transact_write_items(TransactItems=added(table, "a", "b")), refusals)
            for _ in range(25)
        )  # fmt: skip

    def watch() -> int:
        halves = 0
        while not over.is_set():
            halves += len({each["n"]["N"] for each in aws.east.scan(TableName=table, ConsistentRead=True)["Items"]}) > 1
        return halves

    with ThreadPoolExecutor(7) as workers:
        watching = workers.submit(watch)
        succeeded = sum(workers.map(work, clients))
        over.set()
    assert watching.result() == 0
    assert 0 < succeeded < 150
    assert len(refusals) == 150 - succeeded
    for each in ("a", "b"):
        assert (found(aws.east, table, each) or {})["n"] == {"N": str(succeeded)}
    for refused in refusals:
        told: dict[str, Any] = dict(refused.response)
        assert told["Error"]["Code"] == "TransactionCanceledException"
        assert told["CancellationReasons"] == [{"Code": "TransactionConflict", "Message": MESSAGE}] * 2
        assert told["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert told["Error"]["Message"].endswith("[TransactionConflict, TransactionConflict]")


def test_a_write_meets_a_transaction_and_a_read_does_not(aws: Aws) -> None:
    """UpdateItem has its own exception, TransactGetItems is cancelled; GetItem, Scan and other items are answered."""
    table, refusals = aws.table(), list[ClientError]()
    gets = [{"Get": {"TableName": table, "Key": item("a")}}]
    with going_on(aws, table, "a"):
        deadline_s = time.monotonic() + 5
        while {each.operation_name for each in refusals} < {"UpdateItem", "TransactGetItems"}:
            assert time.monotonic() < deadline_s, "waited 5 s for conflicts"
            done(lambda: aws.east.update_item(TableName=table, Key=item("a")), refusals)
            done(lambda: aws.east.transact_get_items(TransactItems=gets), refusals)
            found(aws.east, table, "a")
            aws.east.scan(TableName=table)
            aws.east.put_item(TableName=table, Item=item("b"))
    for refused in refusals:
        told: dict[str, Any] = dict(refused.response)
        if refused.operation_name == "TransactGetItems":
            assert told["CancellationReasons"] == [{"Code": "TransactionConflict", "Message": MESSAGE}]
        else:
            assert told["Error"] == {"Code": "TransactionConflictException", "Message": MESSAGE}


def test_once_answered_a_transaction_holds_nothing(aws: Aws) -> None:
    """Its own client never meets it, and it takes some milliseconds."""
    table = aws.table()
    began_s = time.monotonic()
    for _ in range(50):
        aws.east.transact_write_items(TransactItems=added(table, "a", "b"))
        aws.east.put_item(TableName=table, Item=item("a"))
    assert 50 * 0.005 <= time.monotonic() - began_s < 5


def test_transactions_on_other_items_do_not_wait_for_each_other(aws: Aws) -> None:
    """Ten clients are answered in less time than one after the other would be, and none is cancelled."""
    table = aws.table()
    clients = [client(aws.lab) for _ in range(10)]

    def work(number: int) -> None:
        for _ in range(10):
            clients[number].transact_write_items(TransactItems=added(table, f"{number}"))

    with ThreadPoolExecutor(10) as workers:
        list(workers.map(work, range(10)))
    assert all((found(aws.east, table, str(each)) or {})["n"] == {"N": "10"} for each in range(10))


def test_conflicts_are_told_to_cloudwatch(aws: Aws) -> None:
    """One for each item that was refused (Developer Guide, "DynamoDB metrics and dimensions": TransactionConflict)."""
    from tests.lab.dynamodb.test_metrics import points

    table, refusals = aws.table(), list[ClientError]()
    with going_on(aws, table, "a"):
        eventually(
            lambda: not done(lambda: aws.east.update_item(TableName=table, Key=item("a")), refusals), "a conflict"
        )
    eventually(lambda: points(aws, "TransactionConflict", table), "the metric")
