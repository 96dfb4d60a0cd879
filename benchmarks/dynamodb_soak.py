"""Whether the lab's DynamoDB leaks memory or slows down at full rate: python benchmarks/dynamodb_soak.py [MINUTES].

Five minutes unless told otherwise, of a mix of calls by several clients on a bounded set of keys of a global table,
after a warm-up in which every key is written. Prints memory and rate of the first and the last fifth, and judges: exits
with 1 where, after the first fifth, memory grew by more than 200 bytes a call and 5 MB, or where the quickest tenth of
the calls became slower by 30 %. The rate is told and not judged: a neighbour on the machine may halve it. Of what is
judged memory does not mind neighbours, but the pace does: believe a red one from a quiet machine only.

A call that leaves nothing behind costs no memory, but a transaction's token is known for ten minutes: about 400 bytes,
a seventh of the calls. What every item left behind that was ever made came to 1,250 bytes a call.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from lab import life, processes

CLIENTS = 2
KEYS = 2_000
TABLE = "soak"
FIFTHS = 5
WARM_UP_S = 20.0
KINDS, GET = 7, 2
BYTES_PER_CALL = 200
SLACK_BYTES = 5e6


class Look(NamedTuple):
    """What was seen at one moment: calls answered, resident bytes, and the server's seconds of a processor so far."""

    calls: int
    rss: int
    cpu_s: float


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
    kind = turn % KINDS
    if kind in {0, 1}:
        dynamodb.put_item(TableName=TABLE, Item={**key, "n": {"N": "0"}, "value": {"S": "x" * (turn % 1_500)}})
    elif kind in {GET, 3}:
        dynamodb.get_item(TableName=TABLE, Key=key)
    elif kind == 4:
        add = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
        dynamodb.update_item(TableName=TABLE, Key=key, **add)
    elif kind == 5:
        dynamodb.delete_item(TableName=TABLE, Key=key)
    else:
        put = {"Put": {"TableName": TABLE, "Item": {**key, "n": {"N": "1"}}}}
        dynamodb.transact_write_items(TransactItems=[put])


def work(url: str, number: int, begins_s: float, fifth_s: float, answered: Any, quickest: Any) -> None:
    """Ask until the time is over, and count the answers; in the end tell of each fifth how long the quickest took."""
    from botocore.exceptions import ClientError

    dynamodb, turn = client(url), 0
    took_s: list[list[float]] = [[] for _ in range(FIFTHS)]
    while (now_s := time.time()) < begins_s + FIFTHS * fifth_s:
        began_s = time.perf_counter()
        try:
            ask(dynamodb, number, turn)
        except ClientError as error:
            if "Throughput" not in str(error):
                raise
        if now_s >= begins_s and turn % KINDS == GET:
            took_s[int((now_s - begins_s) / fifth_s)].append(time.perf_counter() - began_s)
        turn += 1
        with answered.get_lock():
            answered.value += 1
    quickest.put([statistics.quantiles(each, n=10)[0] * 1000 for each in took_s])


def main(minutes: float) -> int:
    """Run, print, judge."""
    name = f"soak-{os.getpid()}"
    method = multiprocessing.get_context("spawn")
    answered, quickest = method.Value("q", 0), method.Queue()
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
        begins_s, fifth_s = time.time() + WARM_UP_S, minutes * 60 / FIFTHS
        given = (begins_s, fifth_s, answered, quickest)
        clients = [
            method.Process(target=work, args=(lab.dynamodb_endpoint_url, number, *given)) for number in range(CLIENTS)
        ]
        for each in clients:
            each.start()
        time.sleep(WARM_UP_S)
        looks = watch(server, answered, fifth_s)
        quick_ms = [max(each) for each in zip(*(quickest.get(timeout=60) for _ in clients), strict=True)]
        for each in clients:
            each.join()
    finally:
        life.down(name)
    return judge(looks, quick_ms, fifth_s)


def watch(server: psutil.Process, answered: Any, fifth_s: float) -> list[Look]:
    """Look at the beginning, and at the end of each fifth."""
    looks = []
    for number in range(FIFTHS + 1):
        if number:
            time.sleep(fifth_s)
        looks.append(Look(answered.value, server.memory_info().rss, sum(server.cpu_times()[:2])))
    return looks


def judge(looks: list[Look], quick_ms: list[float], fifth_s: float) -> int:
    """Print what was seen; 1 if it leaks or grows slow."""
    whole = list(pairwise(looks))
    rates = [(after.calls - before.calls) / fifth_s for before, after in whole]
    cost_ms = [(after.cpu_s - before.cpu_s) * 1000 / max(1, after.calls - before.calls) for before, after in whole]
    grown = looks[-1].rss - looks[1].rss
    calls = looks[-1].calls - looks[1].calls
    print(f"{looks[-1].calls - looks[0].calls:,} calls in {FIFTHS * fifth_s / 60:g} minutes")
    print(f"memory: {', '.join(f'{each.rss / 1e6:.1f}' for each in looks)} MB at the beginning and after each fifth")
    print(f"after the first fifth: {grown / 1e6:.1f} MB in {calls:,} calls, {grown / max(1, calls):.0f} bytes each")
    print(f"rate: {rates[0]:,.0f}/s in the first fifth, {rates[-1]:,.0f}/s in the last")
    print(f"server's time: {cost_ms[0]:.3f} ms a call in the first fifth, {cost_ms[-1]:.3f} ms in the last")
    print(f"the quickest tenth of GetItem, by fifths: at most {', '.join(f'{each:.2f}' for each in quick_ms)} ms")
    leaks = grown > SLACK_BYTES + BYTES_PER_CALL * calls
    return 1 if leaks or quick_ms[-1] > 1.3 * quick_ms[0] else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0))
