"""How fast the lab's DynamoDB answers, beside moto's stock server: python benchmarks/dynamodb_rate.py.

By turns in one run, with the same clients: several processes, each of which asks one thing after the other by plain
HTTP, since boto3 takes longer for a request than the lab does. Prints the rates and their ratio; exits with 1 where the
lab is not at least twice as fast with both PutItem and GetItem.
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
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from lab import life

CLIENTS = 3
ROUNDS = 3
LASTS_S = 2.0
TABLE = "rates"
AS_ASKED = {
    "TableName": TABLE,
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
KIND = "application/x-amz-json-1.0"
SIGNED = "AWS4-HMAC-SHA256 Credential=any/20250101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=any"


def ask(connection: http.client.HTTPConnection, operation: str, body: dict[str, Any]) -> None:
    """Have an operation answered; what is refused ends the benchmark."""
    headers = {"X-Amz-Target": f"DynamoDB_20120810.{operation}", "Authorization": SIGNED, "Content-Type": KIND}
    connection.request("POST", "/", json.dumps(body), headers)
    answer = connection.getresponse()
    told = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{operation} was refused: {told.decode()}")


def asked(port: int, operation: str, number: int, begin: Any, counts: Any) -> None:
    """Count how often one client is answered in the time that it has."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    answered = 0
    begin.wait()
    ends_s = time.monotonic() + LASTS_S
    while time.monotonic() < ends_s:
        key = {"id": {"S": f"{number}-{answered % 500}"}}
        if operation == "PutItem":
            item = {**key, "value": {"S": "x" * 100}, "n": {"N": str(answered)}}
            ask(connection, operation, {"TableName": TABLE, "Item": item})
        else:
            ask(connection, operation, {"TableName": TABLE, "Key": key})
        answered += 1
    counts.put(answered)


def rate(port: int, operation: str) -> float:
    """Answers per second to all clients together."""
    method = multiprocessing.get_context("spawn")
    begin, counts = method.Barrier(CLIENTS), method.Queue()
    clients = [method.Process(target=asked, args=(port, operation, each, begin, counts)) for each in range(CLIENTS)]
    for each in clients:
        each.start()
    total: int = sum(counts.get() for _ in clients)
    for each in clients:
        each.join()
    return total / LASTS_S


def main() -> int:
    """Measure, print, judge."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    name = f"bench-{os.getpid()}"
    program = str(Path(sys.executable).with_name("moto_server"))
    stock = subprocess.Popen([program, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        lab = life.up(name, services=("dynamodb",))
        ports = {"lab": int(str(lab.dynamodb_endpoint_url).rpartition(":")[2]), "stock": port}
        for each in ports.values():
            ask(http.client.HTTPConnection("127.0.0.1", each), "CreateTable", AS_ASKED)
        rates: dict[tuple[str, str], list[float]] = {}
        for _ in range(ROUNDS):
            for operation in ("PutItem", "GetItem"):
                for which, each in ports.items():
                    rates.setdefault((operation, which), []).append(rate(each, operation))
    finally:
        life.down(name)
        stock.terminate()
        stock.wait()
    slow = 0
    for operation in ("PutItem", "GetItem"):
        ours, theirs = (statistics.median(rates[operation, which]) for which in ports)
        slow += ours < 2 * theirs
        print(f"{operation}: {ours:,.0f}/s, stock {theirs:,.0f}/s: {ours / theirs:.1f} times as fast")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
