"""A transfer of money, in one transaction, done once however often it is tried."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from drill.application.dynamodb.work import Work, token_of
from drill.items import Place
from drill.requests import Transfer
from drill.targets.outcomes_of_calls import cancellations


def moving(transfer: Transfer, place: Place) -> Work:
    """Note the transfer and move the money, all or nothing; a second attempt finds the note, and is cancelled by it.

    Balances may become negative; an account that is not there cancels it.
    """

    def is_own(error: ClientError) -> bool:
        """The note was there: ours, as nobody else has its key; another transfer under it would be a mistake."""
        reasons = cancellations(error)
        if not reasons or reasons[0].get("Code") != "ConditionalCheckFailed":
            return False
        there = reasons[0].get("Item")
        return not there or all(there.get(name) == value for name, value in note(transfer).items())

    return Work(
        operation="transact_write_items",
        arguments={
            "TransactItems": [
                {
                    "Put": {
                        "TableName": place.ledger_table,
                        "Item": note(transfer),
                        "ConditionExpression": "attribute_not_exists(#key)",
                        "ExpressionAttributeNames": {"#key": "transfer"},
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                },
                {"Update": change(place, transfer.source, -transfer.amount)},
                {"Update": change(place, transfer.destination, transfer.amount)},
            ],
            "ClientRequestToken": token_of(transfer.key),
        },
        reads_only=False,
        once=True,
        is_own=is_own,
    )


def note(transfer: Transfer) -> dict[str, Any]:
    """The item of the ledger."""
    return {
        "transfer": {"S": transfer.key},
        "source": {"N": str(transfer.source)},
        "destination": {"N": str(transfer.destination)},
        "amount": {"N": str(transfer.amount)},
    }


def change(place: Place, account: int, amount: int) -> dict[str, Any]:
    """The parameters that add to the balance of an account which is there."""
    return {
        "TableName": place.accounts_table,
        "Key": {"account": {"N": str(account)}},
        "UpdateExpression": "ADD balance :amount",
        "ConditionExpression": "attribute_exists(account)",
        "ExpressionAttributeValues": {":amount": {"N": str(amount)}},
    }
