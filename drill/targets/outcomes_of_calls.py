"""THE table of outcomes of DynamoDB: what an answer, an error or silence proves about the call that was sent.

    what came back                                                   outcome   cause
    acknowledged                                                     OK        -
    nothing was sent: name, connection, proxy, timeout of either     FAILED    as told
    nothing was sent: no credentials, parameters that boto3 refuses  FAILED    authentication, other
    ConditionalCheckFailedException                                  FAILED    condition failed
    TransactionConflictException, ReplicatedWriteConflictException   FAILED    conflict
    TransactionCanceledException                                     FAILED    by its reasons, see below
    TransactionInProgressException                                   UNKNOWN   conflict
    ProvisionedThroughputExceededException, ThrottlingException,
    RequestLimitExceeded, 429                                        FAILED    throttled
    not known, not allowed, a signature that is wrong                FAILED    authentication
    any other 4xx but 408                                            FAILED    other
    408, any 5xx                                                     UNKNOWN   server error
    the connection's end                                             UNKNOWN   reset
    nothing, until the deadline                                      UNKNOWN   silent

FAILED and OK need proof. A 400 is one: the request was refused, and is to be mended before it is sent again; throttles
and conflicts are 400s. A 500 is none: the manual says that a write may have succeeded or failed then, that an item
should be read or a condition be set before it is repeated, and that TransactWriteItems may be repeated as it is. The
same token while its first request is still at work is answered TransactionInProgressException: it may yet succeed.
What only reads has changed nothing, so that its UNKNOWN is FAILED.

A cancelled transaction has one reason for each of its items. A condition that failed comes first, as no repetition
mends it; then whatever else stands against the items themselves (size, validation, duplicates); then conflicts, then
throttles (ThrottlingError, ProvisionedThroughputExceeded, RequestLimitExceeded).

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
    ResponseStreamingError,
    SSLError,
)
from urllib3.exceptions import NameResolutionError

from drill.history import Cause, Outcome
from drill.targets.boto import NO_CREDENTIALS
from drill.targets.outcomes import ACKNOWLEDGED, Ending

THROTTLES = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "Throttling",
        "TooManyRequestsException",
    }
)
STRANGERS = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    }
)
CODES: dict[str, tuple[Outcome, Cause]] = {
    "ConditionalCheckFailedException": (Outcome.FAILED, Cause.CONDITION),
    "TransactionConflictException": (Outcome.FAILED, Cause.CONFLICT),
    "ReplicatedWriteConflictException": (Outcome.FAILED, Cause.CONFLICT),
    "TransactionInProgressException": (Outcome.UNKNOWN, Cause.CONFLICT),
    **dict.fromkeys(THROTTLES, (Outcome.FAILED, Cause.THROTTLED)),
    **dict.fromkeys(STRANGERS, (Outcome.FAILED, Cause.AUTHENTICATION)),
}
"""By AWS's error code, whatever the status."""

UNSAID: tuple[tuple[tuple[type[BaseException], ...], tuple[Outcome, Cause]], ...] = (
    ((ConnectTimeoutError,), (Outcome.FAILED, Cause.SILENT)),
    ((ReadTimeoutError,), (Outcome.UNKNOWN, Cause.SILENT)),
    # A handshake fails before anything was sent, but a record that is broken later is told in the same way.
    ((ConnectionClosedError, ResponseStreamingError, SSLError), (Outcome.UNKNOWN, Cause.RESET)),
    ((ParamValidationError,), (Outcome.FAILED, Cause.OTHER)),
    (NO_CREDENTIALS, (Outcome.FAILED, Cause.AUTHENTICATION)),
)
"""By botocore's exception, where nobody has answered; first match, any other proves nothing."""

_CONDITION, _CONFLICT = "ConditionalCheckFailed", "TransactionConflict"
_THROTTLED = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"})
_NOTHING_PROVEN = (Outcome.UNKNOWN, Cause.OTHER)
_NONE = frozenset({"None", ""})


def classify_call(error: BaseException | None, *, reads_only: bool) -> Ending:
    """Decide what is proven about one HTTP call of DynamoDB's client; the error is what the client raised."""
    if error is None:
        return ACKNOWLEDGED
    found = _said(error) if isinstance(error, ClientError) else _unsaid(error)
    if reads_only and found.outcome is Outcome.UNKNOWN:
        return found._replace(outcome=Outcome.FAILED)
    return found


def cancellations(error: ClientError) -> list[Mapping[str, Any]]:
    """One reason for each item of a transaction, in its order; empty where it was not cancelled."""
    response: Mapping[str, Any] = error.response
    return list(response.get("CancellationReasons") or ())


def code_of(error: ClientError) -> str:
    """AWS's error code; the HTTP status where there is none."""
    return str(error.response.get("Error", {}).get("Code") or status_of(error))


def status_of(error: ClientError) -> int:
    """The HTTP status; 0 where botocore tells none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)


def _said(error: ClientError) -> Ending:
    """DynamoDB, or somebody in between, has answered."""
    code, status = code_of(error), status_of(error)
    if code == "TransactionCanceledException":
        return Ending(Outcome.FAILED, code, _cancelled(error))
    if code in CODES:
        outcome, cause = CODES[code]
        return Ending(outcome, code, cause)
    if status == 429:
        return Ending(Outcome.FAILED, code, Cause.THROTTLED)
    # 408: whoever gave up waiting for a request may not be the one who carries it out.
    if 400 <= status < 500 and status != 408:
        return Ending(Outcome.FAILED, code, Cause.OTHER)
    return Ending(Outcome.UNKNOWN, code, Cause.SERVER_ERROR if status >= 400 else Cause.OTHER)


def _cancelled(error: ClientError) -> Cause:
    codes = {str(each.get("Code")) for each in cancellations(error)} - _NONE
    if _CONDITION in codes:
        return Cause.CONDITION
    if codes - _THROTTLED - {_CONFLICT}:
        return Cause.OTHER
    if _CONFLICT in codes:
        return Cause.CONFLICT
    return Cause.THROTTLED if codes else Cause.OTHER


def _unsaid(error: BaseException) -> Ending:
    """Nobody has answered; only what surely was not sent has failed."""
    if isinstance(error, EndpointConnectionError | ProxyConnectionError):
        outcome, cause = Outcome.FAILED, _why(error)
    else:
        outcome, cause = next((proven for kinds, proven in UNSAID if isinstance(error, kinds)), _NOTHING_PROVEN)
    return Ending(outcome, type(error).__name__, cause)


def _why(error: BotoCoreError) -> Cause:
    """A name that leads nowhere, or a place where nobody listens."""
    below: Any = getattr(error, "kwargs", {}).get("error")
    return Cause.NAME_RESOLUTION if isinstance(below, NameResolutionError | socket.gaierror) else Cause.REFUSED
