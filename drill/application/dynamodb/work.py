"""What one request asks of DynamoDB, and what may be done with it when an attempt fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from botocore.exceptions import ClientError

from drill.items import ItemRequest
from drill.targets.repeating import is_once, operation_of

IsOwn = Callable[[ClientError], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One call of the client's method `operation`, as often as it takes until all of it is done.

    `once`: sending it again does no more, so that it may be repeated even where nobody knows whether it was done.
    `is_own` says of a condition that failed whether it was an earlier attempt of ours that met it.
    """

    operation: str
    arguments: Mapping[str, Any]
    reads_only: bool
    once: bool
    is_own: IsOwn
    pinned: str | None = None


def work_of(request: ItemRequest) -> Work:
    """As it is asked, with a token where the operation takes one, and with what is needed to know one's own work."""
    arguments = dict(request.arguments)
    if request.operation == "transact_write_items":
        arguments.setdefault("ClientRequestToken", token_of(request.key))
    elif "ConditionExpression" in arguments:
        arguments.setdefault("ReturnValuesOnConditionCheckFailure", "ALL_OLD")
    return Work(
        operation=request.operation,
        arguments=arguments,
        reads_only=request.reads_only,
        once=is_once(operation_of(request.operation), arguments),
        is_own=_carrying(request.key, *(put.value for put in request.puts)),
    )


def token_of(key: str) -> str:
    """A client's token of 32 characters; DynamoDB takes 36 at most, and knows it again for ten minutes.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    return blake2b(key.encode(), digest_size=16).hexdigest()


def repeatable(work: Work, region: str) -> Work:
    """As it may be sent again where nobody knows whether it was done: elsewhere only if it is a whole item.

    The other region knows neither the token nor, yet, what a condition is to find.
    """
    whole = work.operation in {"put_item", "delete_item", "batch_write_item"} and not work.arguments.get(
        "ConditionExpression"
    )
    return work if work.reads_only or whole else replace(work, pinned=region)


def left_of(work: Work, said: Mapping[str, Any]) -> Work | None:
    """What of a batch was not done; None: all of it was."""
    undone = said.get("UnprocessedItems") or said.get("UnprocessedKeys")
    return replace(work, arguments={**work.arguments, "RequestItems": undone}) if undone else None


def _carrying(*values: str) -> IsOwn:
    """Whether the item that stood in the way carries one of these texts: who else could have written it."""
    wanted = frozenset(values)

    def is_own(error: ClientError) -> bool:
        item: Mapping[str, Any] = error.response.get("Item") or {}  # type: ignore[assignment]  # of this error alone
        return any(each.get("S") in wanted for each in item.values())

    return is_own
