"""The items of the shop and its accounts, made from a seed alone, and how they get into their tables.

500 customers with 4 orders each are 2,500 items of 0.3 to 3 KB. scenarios/items/shop.py tells the keys.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from drill.errors import TargetError

Item = dict[str, Any]
Say = Callable[[str], None]

CUSTOMERS = 500
CUSTOMER_SKEW = 0.3
"""Some customers come more often; none of them so often that a partition grows hot."""
ORDERS_EACH = 4
REGISTERS = 20
ACCOUNTS = 1_000
BALANCE = 1_000
STATUSES = ("open", "paid", "shipped")
SHARDS = 10
"""Into so many partitions of the index by-status is each status spread."""
MONTHS = tuple(f"{month:02}" for month in range(1, 13))
DAYS = tuple(f"{day:02}" for day in range(1, 29))
PADDINGS = tuple("x" * size for size in (100, 250, 500, 900, 1_500, 2_600))
"""Lines of an order, as text of such lengths; no more than their size is of interest."""

BATCH = 25
"""Most items of a BatchWriteItem.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""
WRITERS = 4
ATTEMPTS = 12
FIRST_PAUSE_S = 0.05
_CITIES = ("Aachen", "Bergen", "Cork", "Delft", "Evora", "Faro", "Graz", "Huesca")


def load_shop(client: Any, table: str, *, customers: int = CUSTOMERS, seed: int = 1, say: Say | None = None) -> None:
    """Write profiles, orders and registers into a table that is there and empty; TargetError where that fails."""
    _write(client, table, itertools.chain(shop_items(customers, seed=seed), register_items()), say)


def load_accounts(client: Any, table: str, accounts: int = ACCOUNTS, *, say: Say | None = None) -> None:
    """Write accounts numbered from 1, each with the same balance; TargetError where that fails."""
    _write(client, table, account_items(accounts), say)


def shop_items(customers: int, *, seed: int) -> Iterator[Item]:
    """A profile and some orders for each customer; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a data set is repeatable, not secret
    for customer in range(1, customers + 1):
        pk = {"S": f"customer#{customer}"}
        yield {
            "pk": pk,
            "sk": {"S": "profile"},
            "name": {"S": f"Customer {customer}"},
            "address": {"S": f"{chance.randint(1, 99)} Main Street, {chance.choice(_CITIES)}"},
            "about": {"S": "x" * chance.randint(300, 1_300)},
            "orders": {"N": str(ORDERS_EACH)},
        }
        for number in range(ORDERS_EACH):
            moment = f"2026-{chance.choice(MONTHS)}-{chance.choice(DAYS)}T12:00:00.000000Z"
            yield {
                "pk": pk,
                "sk": {"S": f"order#{moment}#{number}"},
                "status": {"S": f"{chance.choice(STATUSES)}#{chance.randrange(SHARDS)}"},
                "created": {"S": moment},
                "total": {"N": str(chance.randint(99, 20_000))},
                "lines": {"S": chance.choice(PADDINGS)},
                "value": {"S": f"loaded-{customer}-{number}"},
            }


def register_items(registers: int = REGISTERS) -> Iterator[Item]:
    """The keys that everybody writes, with a value that nobody wrote."""
    for number in range(1, registers + 1):
        yield {"pk": {"S": f"register#{number}"}, "sk": {"S": "value"}, "value": {"S": "loaded"}}


def account_items(accounts: int) -> Iterator[Item]:
    """Accounts with the same balance each."""
    for number in range(1, accounts + 1):
        yield {"account": {"N": str(number)}, "balance": {"N": str(BALANCE)}}


def _write(client: Any, table: str, items: Iterable[Item], say: Say | None) -> None:
    """Write all of them, some batches at a time; what DynamoDB leaves out is written again after a pause."""
    began_s, count = time.monotonic(), 0
    with ThreadPoolExecutor(WRITERS) as writers:
        for written in writers.map(lambda batch: _put(client, table, batch), _batches(items)):
            count += written
    if say is not None:
        say(f"{table}: {count:,} items written in {time.monotonic() - began_s:.1f} s")


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(itertools.islice(rest, BATCH)):
        yield batch


def _put(client: Any, table: str, batch: list[Item], *, sleep: Callable[[float], None] = time.sleep) -> int:
    left: dict[str, Any] = {table: [{"PutRequest": {"Item": item}} for item in batch]}
    for attempt in range(ATTEMPTS):
        try:
            left = client.batch_write_item(RequestItems=left).get("UnprocessedItems") or {}
        except (BotoCoreError, ClientError) as error:
            raise TargetError(f"could not load the table {table}: {error}") from error
        if not left:
            return len(batch)
        sleep(random.uniform(0, FIRST_PAUSE_S * 2**attempt))  # noqa: S311 - a pause, no secret
    raise TargetError(f"could not load the table {table}: throttled {ATTEMPTS} times in a row; raise its capacity")
