"""How fast the lab's DynamoDB answers, beside moto's stock server: python benchmarks/dynamodb_rate.py.

By turns in one run, with the same clients: several processes, each of which asks one thing after the other, first by
plain HTTP, then by boto3, which takes longer for a request than the lab does. One round warms up; of the others the
median counts. Prints the rates, their ratio, and how much of a core the server had: on two cores the clients are the
brake, and the time that the server takes for each tells more. Exits with 1 where the lab is not at least twice as fast
with both PutItem and GetItem of both clients. Wants a quiet machine.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from lab import life, processes

CLIENTS = 4
ROUNDS = 5
LASTS_S = 1.0
LEAST_RATIO = 2.0
TABLE = "rates"
AS_ASKED = {
    "TableName": TABLE,
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
KIND = "application/x-amz-json-1.0"
SIGNED = "AWS4-HMAC-SHA256 Credential=any/20250101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=any"

Ask = Callable[[str, dict[str, Any]], object]
"""Has an operation answered; what is refused ends the benchmark."""


def by_http(port: int) -> Ask:
    """A client that does nothing that it need not."""
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(operation: str, body: dict[str, Any]) -> None:
        headers = {"X-Amz-Target": f"DynamoDB_20120810.{operation}", "Authorization": SIGNED, "Content-Type": KIND}
        connection.request("POST", "/", json.dumps(body), headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{operation} was refused: {told.decode()}")

    return ask


def by_boto3(port: int) -> Ask:
    """A client as applications have it."""
    import boto3
    from botocore.config import Config

    dynamodb: Any = boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",  # noqa: S106  # the servers take any
        config=Config(retries={"total_max_attempts": 1}),
    )
    return lambda operation, body: {"PutItem": dynamodb.put_item, "GetItem": dynamodb.get_item}[operation](**body)


BY = {"HTTP": by_http, "boto3": by_boto3}


def asked(number: int, begin: Any, orders: Any, counts: Any) -> None:
    """Be one client: as often as it is ordered, count how often it is answered in the time that it has."""
    clients = cache(lambda kind, port: BY[kind](port))
    for kind, port, operation in iter(orders.get, None):
        ask, answered = clients(kind, port), 0
        begin.wait()
        ends_s = time.monotonic() + LASTS_S
        while time.monotonic() < ends_s:
            key = {"id": {"S": f"{number}-{answered % 500}"}}
            if operation == "PutItem":
                ask(operation, {"TableName": TABLE, "Item": {**key, "v": {"S": "x" * 100}, "n": {"N": str(answered)}}})
            else:
                ask(operation, {"TableName": TABLE, "Key": key})
            answered += 1
        counts.put(answered)


class Clients:
    """Several clients, in processes of their own."""

    def __init__(self) -> None:
        """Have them wait for orders."""
        method = multiprocessing.get_context("spawn")
        self._begin, self._counts = method.Barrier(CLIENTS + 1), method.Queue()
        self._orders = [method.Queue() for _ in range(CLIENTS)]
        for number, orders in enumerate(self._orders):
            method.Process(target=asked, args=(number, self._begin, orders, self._counts), daemon=True).start()

    def rate(self, server: psutil.Process, order: tuple[str, int, str]) -> tuple[float, float]:
        """Answers per second to all of them together, and how much of a core the server had."""
        for orders in self._orders:
            orders.put(order)
        self._begin.wait(60)
        used_s, began_s = sum(server.cpu_times()[:2]), time.monotonic()
        total = sum(self._counts.get(timeout=60) for _ in self._orders)
        return total / LASTS_S, (sum(server.cpu_times()[:2]) - used_s) / (time.monotonic() - began_s)

    def end(self) -> None:
        """Send them home."""
        for orders in self._orders:
            orders.put(None)


def main() -> int:
    """Measure, print, judge."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    name = f"bench-{os.getpid()}"
    program = str(Path(sys.executable).with_name("moto_server"))
    stock = subprocess.Popen([program, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    measured: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    try:
        lab = life.up(name, services=("dynamodb",))
        (own,) = (each for each in processes.below(lab.folder) if "lab.dynamodb" in each.cmdline())
        servers = {
            "lab": (int(str(lab.dynamodb_endpoint_url).rpartition(":")[2]), own),
            "stock": (port, psutil.Process(stock.pid)),
        }
        for each, _ in servers.values():
            by_http(each)("CreateTable", AS_ASKED)
        clients = Clients()
        for number in range(1 + ROUNDS):
            for kind in BY:
                for operation in ("PutItem", "GetItem"):
                    for which, (each, server) in servers.items():
                        found = clients.rate(server, (kind, each, operation))
                        if number:
                            measured.setdefault((kind, operation, which), []).append(found)
        clients.end()
    finally:
        life.down(name)
        stock.terminate()
        stock.wait()
    return 1 if [*filter(partial(slow, measured), {each[:2] for each in measured})] else 0


def slow(measured: dict[tuple[str, str, str], list[tuple[float, float]]], what: tuple[str, str]) -> bool:
    """Print one line; whether the lab is not fast enough at it."""
    (ours, own), (theirs, other) = (
        [statistics.median(values) for values in zip(*measured[(*what, which)], strict=True)]
        for which in ("lab", "stock")
    )
    told = [
        f"{rate:,.0f}/s (server {share:.0%} of a core, {share / rate * 1000:.2f} ms each)"
        for rate, share in ((ours, own), (theirs, other))
    ]
    print(f"{what[1]} by {what[0]:5}: {told[0]}, stock {told[1]}: {ours / theirs:.1f} times as fast")
    return bool(ours < LEAST_RATIO * theirs)


if __name__ == "__main__":
    sys.exit(main())
