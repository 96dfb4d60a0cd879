# ruff: noqa: INP001 - an example is no package
"""A team's own client of DynamoDB under test: boto3 with its own retries, in threads of asyncio."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from drill.history import Outcome
from drill.items import Client, ItemRequest, ItemSurroundings, Place
from drill.requests import Answer, Transfer
from drill.targets.outcomes_of_calls import cancellations, classify_call

FIRST_PAUSE_S = 0.05
BATCH_SHARE = 0.5
"""Of the deadline: for so long what a batch leaves undone is asked for again."""


class OwnItems:
    """What drill's load talks to: two coroutines that raise nothing."""

    def __init__(self, client: Client, place: Place) -> None:
        self._client, self._place = client, place

    async def perform(self, request: ItemRequest) -> Answer:
        """Call boto3 as it is asked, and again for what a batch leaves undone; half a batch is no success."""

        def call() -> None:
            ends_s = time.monotonic() + BATCH_SHARE * self._place.deadline_s
            arguments, pause_s = dict(request.arguments), FIRST_PAUSE_S
            while True:
                said = getattr(self._client, request.operation)(**arguments)
                left = said.get("UnprocessedItems") or said.get("UnprocessedKeys")
                if not left:
                    return
                if time.monotonic() + pause_s > ends_s:
                    raise TimeoutError("part of the batch was not done")
                time.sleep(random.uniform(0, pause_s))  # noqa: S311 - a pause is no secret
                arguments, pause_s = {**arguments, "RequestItems": left}, 2 * pause_s

        return await self._answered(call, reads_only=request.reads_only)

    async def transfer(self, transfer: Transfer) -> Answer:
        """Note the transfer and move the money, all or nothing; who finds the note there has done it before."""

        def change(account: int, amount: int) -> dict[str, object]:
            return {
                "TableName": self._place.accounts_table,
                "Key": {"account": {"N": str(account)}},
                "UpdateExpression": "ADD balance :amount",
                "ExpressionAttributeValues": {":amount": {"N": str(amount)}},
            }

        noted = {name: {"N": str(getattr(transfer, name))} for name in ("source", "destination", "amount")}
        note = {
            "TableName": self._place.ledger_table,
            "Item": {"transfer": {"S": transfer.key}, **noted},
            "ConditionExpression": "attribute_not_exists(#transfer)",
            "ExpressionAttributeNames": {"#transfer": "transfer"},
        }
        updates = [
            {"Update": change(transfer.source, -transfer.amount)},
            {"Update": change(transfer.destination, transfer.amount)},
        ]

        def call() -> None:
            try:
                self._client.transact_write_items(TransactItems=[{"Put": note}, *updates])
            except ClientError as error:
                if [each.get("Code") for each in cancellations(error)][:1] != ["ConditionalCheckFailed"]:
                    raise

        return await self._answered(call, reads_only=False)

    async def _answered(self, call: Callable[[], None], *, reads_only: bool) -> Answer:
        """Wait in a thread; asyncio.to_thread takes along whose call it is, so that it can be recorded."""
        try:
            await asyncio.to_thread(call)
        except (BotoCoreError, ClientError, TimeoutError) as error:
            outcome, code, cause = classify_call(error, reads_only=reads_only)
            return Answer(outcome=outcome, code=code, cause=cause)
        return Answer(outcome=Outcome.OK, server=self._place.region)


@asynccontextmanager
async def open_items(surroundings: ItemSurroundings) -> AsyncIterator[OwnItems]:
    """Open it for the length of a block; everything that it may know is in `surroundings`."""
    place = surroundings.place
    config = Config(
        # A retry after three silent calls would come too late: 3 x (0.2 + 0.5) s, and boto3's pauses between them.
        connect_timeout=0.2,
        read_timeout=0.5,
        max_pool_connections=place.workers,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    with ThreadPoolExecutor(place.workers) as threads:
        # Those that asyncio has by itself are few: it is DynamoDB that is measured, not a line of our own.
        asyncio.get_running_loop().set_default_executor(threads)
        yield OwnItems(surroundings.client(config), place)
