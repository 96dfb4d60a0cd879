"""Whether the lab's DynamoDB leaks memory or slows down at full rate: python benchmarks/dynamodb_soak.py [MINUTES].

Five minutes unless told otherwise, of a mix of calls by several clients on a bounded set of keys of a global table.
Prints memory and rate of the first and the last fifth, and judges: exits with 1 where memory grew by more than 10 % and
20 MB from the first to the last, or the rate fell by more than 20 %.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from lab import life, processes

CLIENTS = 2
KEYS = 2_000
TABLE = "soak"
FIFTHS = 5


def client(url: str) -> Any:
    """Make a client as applications do."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",  # noqa: S106  # the lab takes any
        config=Config(retries={"total_max_attempts": 1}),
    )


def ask(dynamodb: Any, number: int, turn: int) -> None:
    """One call of the mix."""
    key = {"id": {"S": f"{number}-{turn % KEYS}"}}
    kind = turn % 7
    if kind in {0, 1}:
        dynamodb.put_item(TableName=TABLE, Item={**key, "n": {"N": "0"}, "value": {"S": "x" * (turn % 1_500)}})
    elif kind in {2, 3}:
        dynamodb.get_item(TableName=TABLE, Key=key)
    elif kind == 4:
        add = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
        dynamodb.update_item(TableName=TABLE, Key=key, **add)
    elif kind == 5:
        dynamodb.delete_item(TableName=TABLE, Key=key)
    else:
        put = {"Put": {"TableName": TABLE, "Item": {**key, "n": {"N": "1"}}}}
        dynamodb.transact_write_items(TransactItems=[put])


def work(url: str, number: int, ends_s: float, answered: Any) -> None:
    """Ask until the time is over, and count the answers."""
    from botocore.exceptions import ClientError

    dynamodb, turn = client(url), 0
    while time.time() < ends_s:
        try:
            ask(dynamodb, number, turn)
        except ClientError as error:
            if "Throughput" not in str(error):
                raise
        turn += 1
        with answered.get_lock():
            answered.value += 1


def main(minutes: float) -> int:
    """Run, print, judge."""
    name = f"soak-{os.getpid()}"
    method = multiprocessing.get_context("spawn")
    answered = method.Value("q", 0)
    try:
        lab = life.up(name, services=("dynamodb",))
        dynamodb = client(str(lab.dynamodb_endpoint_url))
        dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.update_table(TableName=TABLE, ReplicaUpdates=[{"Create": {"RegionName": lab.replica_region}}])
        (server,) = (each for each in processes.below(lab.folder) if "lab.dynamodb" in each.cmdline())
        ends_s = time.time() + minutes * 60
        given = (lab.dynamodb_endpoint_url, ends_s, answered)
        clients = [method.Process(target=work, args=(given[0], each, *given[1:])) for each in range(CLIENTS)]
        for each in clients:
            each.start()
        memory, rates = watch(server, answered, minutes * 60 / FIFTHS)
        for each in clients:
            each.join()
    finally:
        life.down(name)
    grown = memory[-1] - memory[0]
    print(f"{answered.value:,} calls in {minutes:g} minutes")
    print(f"memory: {memory[0] / 1e6:.0f} MB after the first fifth, {memory[-1] / 1e6:.0f} MB after the last")
    print(f"rate: {rates[0]:,.0f}/s in the first fifth, {rates[-1]:,.0f}/s in the last")
    return 1 if (grown > 0.1 * memory[0] and grown > 20e6) or rates[-1] < 0.8 * rates[0] else 0


def watch(server: psutil.Process, answered: Any, fifth_s: float) -> tuple[list[int], list[float]]:
    """Resident bytes at the end of each fifth, and calls per second in it."""
    memory, rates, before = [], [], 0
    for _ in range(FIFTHS):
        time.sleep(fifth_s)
        now = answered.value
        memory.append(server.memory_info().rss)
        rates.append((now - before) / fifth_s)
        before = now
    return memory, rates


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0))
