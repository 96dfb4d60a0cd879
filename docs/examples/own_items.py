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
PATIENCE_SHARE = 0.5
"""Of the deadline: for so long what boto3 does not repeat by itself is asked for again."""

PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Why a transaction is canceled that may pass a moment later. boto3 repeats none of these."""


class OwnItems:
    """What drill's load talks to: two coroutines that raise nothing."""

    def __init__(self, client: Client, place: Place) -> None:
        self._client, self._place = client, place

    async def perform(self, request: ItemRequest) -> Answer:
        """Call boto3 as it is asked, and again for what a batch leaves undone; half a batch is no success."""
        arguments = dict(request.arguments)

        def step() -> Exception | None:
            try:
                said = getattr(self._client, request.operation)(**arguments)
            except ClientError as error:
                if arguments.get("RequestItems") is not request.arguments.get("RequestItems"):
                    raise TimeoutError("part of the batch was done before") from error
                return _passing(error)
            arguments["RequestItems"] = left = said.get("UnprocessedItems") or said.get("UnprocessedKeys")
            return TimeoutError("part of the batch was not done") if left else None

        return await self._answered(step, reads_only=request.reads_only)

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

        def step() -> Exception | None:
            try:
                self._client.transact_write_items(TransactItems=[{"Put": note}, *updates])
            except ClientError as error:
                there = [each.get("Code") for each in cancellations(error)][:1] == ["ConditionalCheckFailed"]
                return None if there else _passing(error)
            return None

        return await self._answered(step, reads_only=False)

    async def _answered(self, step: Callable[[], Exception | None], *, reads_only: bool) -> Answer:
        """Wait in a thread; asyncio.to_thread takes along whose call it is, so that it can be recorded."""
        try:
            await asyncio.to_thread(_until_done, step, PATIENCE_SHARE * self._place.deadline_s)
        except (BotoCoreError, ClientError, TimeoutError) as error:
            outcome, code, cause = classify_call(error, reads_only=reads_only)
            return Answer(outcome=outcome, code=code, cause=cause)
        return Answer(outcome=Outcome.OK, server=self._place.region)


def _until_done(step: Callable[[], Exception | None], patience_s: float) -> None:
    """Take the step until it leaves nothing, with pauses drawn from a bound that doubles; then raise what it left."""
    ends_s, pause_s = time.monotonic() + patience_s, FIRST_PAUSE_S
    while (left := step()) is not None:
        if time.monotonic() + pause_s > ends_s:
            raise left
        time.sleep(random.uniform(0, pause_s))  # noqa: S311 - a pause is no secret
        pause_s *= 2


def _passing(error: ClientError) -> ClientError:
    """The error, where it may pass a moment later; otherwise it is raised."""
    codes = {str(each.get("Code")) for each in cancellations(error)} - {"None"}
    if not codes or codes - PASSING:
        raise error
    return error


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
