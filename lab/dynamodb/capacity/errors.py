"""What DynamoDB answers to what it throttles or cancels: code, status, message and members, as on the wire.

Sources: API reference of ThrottlingReason, ProvisionedThroughputExceededException, RequestLimitExceeded and
TransactionCanceledException; DynamoDB Developer Guide, "Diagnosing throttling", "DynamoDB throttling resolution guide"
and "Error handling with DynamoDB". The member is `ThrottlingReasons`, but in a ThrottlingException it is
`throttlingReasons` (the service model's). Of account limits the guide says both RequestLimitExceeded (error handling)
and ThrottlingException (back pressure of indexes); the first is told here, for tables and indexes alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from lab.dynamodb.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Billing = Literal["PROVISIONED", "PAY_PER_REQUEST"]
Kind = Literal["read", "write"]

LIMITS: Final = ("KeyRangeThroughput", "ProvisionedThroughput", "AccountLimit", "MaxOnDemandThroughput")
REASONS: Final = tuple(
    f"{resource}{kind}{limit}Exceeded"
    for resource in ("Table", "Index")
    for kind in ("Read", "Write")
    for limit in LIMITS
)
"""All 16 ThrottlingReasons."""

_GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html"
_PROVISIONED = {
    "Table": (
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
        "provisioning level with the UpdateTable API."
    ),
    "Index": (
        "The level of configured provisioned throughput for one or more global secondary indexes of the table was "
        "exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with "
        "the UpdateTable API"
    ),
}
_SCALING = {
    "Table": (
        "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table "
        "or index so please try again shortly. If exceptions persist, check if you have a hot key: " + _GUIDE
    ),
    "Index": (
        "Throughput exceeds the current capacity for one or more global secondary indexes. DynamoDB is automatically "
        "scaling your index so please try again shortly."
    ),
}
_CAPPED = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
_ACCOUNT = (
    "Throughput exceeds the current throughput limit for your account. To request a limit increase, contact AWS "
    "Support at https://aws.amazon.com/support."
)
_ONGOING = "Transaction is ongoing for the item"
_CANCELLED_BY = {
    "TransactionConflictException": "TransactionConflict",
    "ProvisionedThroughputExceededException": "ProvisionedThroughputExceeded",
    "ThrottlingException": "ThrottlingError",
    "RequestLimitExceeded": "ThrottlingError",
}
_THROTTLES = frozenset(_CANCELLED_BY) - {"TransactionConflictException"}


def throttled(reason: str, resource_arn: str, billing: Billing) -> Refused:
    """The answer to a request that was throttled for this reason on that table or index.

    A hot key is told in the words of the table's billing: as too few provisioned units, or as a table that is still
    scaling. Raises ValueError for a reason that is none of the 16.
    """
    if reason not in REASONS:
        raise ValueError(f"{reason} is no ThrottlingReason; the 16 are {', '.join(REASONS)}.")
    resource = reason[:5]
    reasons = [{"reason": reason, "resource": resource_arn}]
    if reason.endswith("AccountLimitExceeded"):
        return Refused(400, "RequestLimitExceeded", _ACCOUNT, {"ThrottlingReasons": reasons})
    if reason.endswith("MaxOnDemandThroughputExceeded"):
        return Refused(400, "ThrottlingException", _CAPPED, {"throttlingReasons": reasons})
    if reason.endswith("KeyRangeThroughputExceeded") and billing == "PAY_PER_REQUEST":
        return Refused(400, "ThrottlingException", _SCALING[resource], {"throttlingReasons": reasons})
    fields = {"ThrottlingReasons": reasons}
    return Refused(400, "ProvisionedThroughputExceededException", _PROVISIONED[resource], fields)


def is_throttle(refused: Refused) -> bool:
    """Whether a refusal is one of the three exceptions that DynamoDB throttles with."""
    return refused.code in _THROTTLES


def reason_of(refused: Refused) -> dict[str, str] | None:
    """The first ThrottlingReason of a refusal, `reason` and `resource`; None if it has none."""
    told = refused.fields.get("ThrottlingReasons") or refused.fields.get("throttlingReasons")
    return told[0] if told else None


def cancellation(refused: Refused, item: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The CancellationReason of the one action of a transaction that was refused; `item` as it was, if asked for."""
    if refused.code == "ConditionalCheckFailedException":
        reason: dict[str, Any] = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
        return reason | ({"Item": item} if item else {})
    return {"Code": _CANCELLED_BY.get(refused.code, "ValidationError"), "Message": refused.message}


def cancelled(reasons: Sequence[Mapping[str, Any] | None]) -> Refused:
    """The answer to a transaction that was cancelled: a reason for each action, in their order; None: it had none."""
    told = [dict(reason) if reason else {"Code": "None"} for reason in reasons]
    codes = ", ".join(reason["Code"] for reason in told)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    return Refused(400, "TransactionCanceledException", message, {"CancellationReasons": told})


def conflict() -> Refused:
    """The answer to a write of an item that a transaction holds; of one in a transaction, the reason of its action.

    The message is AWS's, as scalar-labs/scalardb and others who met it quote it.
    """
    return Refused(400, "TransactionConflictException", _ONGOING)


def in_progress() -> Refused:
    """The answer to a token whose transaction is not over yet; AWS's clients ask again by themselves."""
    message = "The transaction with the given request token is already in progress."
    return Refused(400, "TransactionInProgressException", message)


def mismatch() -> Refused:
    """The answer to a token that came again with another transaction."""
    message = "The ClientRequestToken was used within the last 10 minutes with other parameters."
    return Refused(400, "IdempotentParameterMismatchException", message)
