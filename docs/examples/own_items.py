# ruff: noqa: INP001 - an example is no package
"""A team's own client of DynamoDB under test: boto3 with its own retries, in threads of asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from drill.history import Outcome
from drill.items import Client, ItemRequest, ItemSurroundings, Place
from drill.requests import Answer, Transfer
from drill.targets.outcomes_of_calls import cancellations, classify_call


class OwnItems:
    """What drill's load talks to: two coroutines that raise nothing."""

    def __init__(self, client: Client, place: Place) -> None:
        self._client, self._place = client, place

    async def perform(self, request: ItemRequest) -> Answer:
        """Call boto3 as it is asked; what a batch leaves undone makes it no success."""

        def call() -> None:
            said = getattr(self._client, request.operation)(**request.arguments)
            if said.get("UnprocessedItems") or said.get("UnprocessedKeys"):
                raise TimeoutError("part of the batch was not done")

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

    async def _answered(self, call: object, *, reads_only: bool) -> Answer:
        """Wait in a thread; asyncio.to_thread takes along whose call it is, an executor of one's own would not."""
        try:
            await asyncio.to_thread(call)  # type: ignore[arg-type]  # one of the two above
        except (BotoCoreError, ClientError, TimeoutError) as error:
            outcome, code, cause = classify_call(error, reads_only=reads_only)
            return Answer(outcome=outcome, code=code, cause=cause)
        return Answer(outcome=Outcome.OK, server=self._place.region)


@asynccontextmanager
async def open_items(surroundings: ItemSurroundings) -> AsyncIterator[OwnItems]:
    """Open it: named to drill as "own_items:open_items"."""
    config = Config(connect_timeout=0.3, read_timeout=0.6, retries={"mode": "standard", "total_max_attempts": 3})
    yield OwnItems(surroundings.client(config), surroundings.place)
