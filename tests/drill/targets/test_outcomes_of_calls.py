"""What each answer of DynamoDB, and each silence, proves about the call that was sent."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from drill.history import Cause, Outcome
from drill.targets.outcomes_of_calls import classify_call

URL = "http://127.0.0.1:1"


def said(code: str, status: int = 400, **fields: Any) -> ClientError:
    """What boto3 raises for an answer."""
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **fields}
    return ClientError(response, "PutItem")


def cancelled(*codes: str) -> ClientError:
    """A transaction that was cancelled for these reasons."""
    return said("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


ENDINGS: list[tuple[BaseException, Outcome, Cause]] = [
    (said("ConditionalCheckFailedException"), Outcome.FAILED, Cause.CONDITION),
    (said("TransactionConflictException"), Outcome.FAILED, Cause.CONFLICT),
    (said("TransactionInProgressException"), Outcome.UNKNOWN, Cause.CONFLICT),
    (said("IdempotentParameterMismatchException"), Outcome.FAILED, Cause.OTHER),
    (said("ProvisionedThroughputExceededException"), Outcome.FAILED, Cause.THROTTLED),
    (said("ThrottlingException"), Outcome.FAILED, Cause.THROTTLED),
    (said("RequestLimitExceeded"), Outcome.FAILED, Cause.THROTTLED),
    (said("429", 429), Outcome.FAILED, Cause.THROTTLED),
    (said("AccessDeniedException"), Outcome.FAILED, Cause.AUTHENTICATION),
    (said("UnrecognizedClientException"), Outcome.FAILED, Cause.AUTHENTICATION),
    (said("ResourceNotFoundException"), Outcome.FAILED, Cause.OTHER),
    (said("ValidationException"), Outcome.FAILED, Cause.OTHER),
    (said("408", 408), Outcome.UNKNOWN, Cause.SERVER_ERROR),
    (said("InternalServerError", 500), Outcome.UNKNOWN, Cause.SERVER_ERROR),
    (said("ServiceUnavailable", 503), Outcome.UNKNOWN, Cause.SERVER_ERROR),
    (said("", 502), Outcome.UNKNOWN, Cause.SERVER_ERROR),
    (cancelled("None", "TransactionConflict"), Outcome.FAILED, Cause.CONFLICT),
    (cancelled("ThrottlingError", "None"), Outcome.FAILED, Cause.THROTTLED),
    (cancelled("ProvisionedThroughputExceeded"), Outcome.FAILED, Cause.THROTTLED),
    (cancelled("ThrottlingError", "TransactionConflict"), Outcome.FAILED, Cause.CONFLICT),
    (cancelled("TransactionConflict", "ConditionalCheckFailed"), Outcome.FAILED, Cause.CONDITION),
    (cancelled("ValidationError", "TransactionConflict"), Outcome.FAILED, Cause.OTHER),
    (cancelled(), Outcome.FAILED, Cause.OTHER),
    (ConnectTimeoutError(endpoint_url=URL, error="x"), Outcome.FAILED, Cause.SILENT),
    (EndpointConnectionError(endpoint_url=URL, error=ConnectionRefusedError()), Outcome.FAILED, Cause.REFUSED),
    (EndpointConnectionError(endpoint_url=URL, error=socket.gaierror()), Outcome.FAILED, Cause.NAME_RESOLUTION),
    (ReadTimeoutError(endpoint_url=URL, error="x"), Outcome.UNKNOWN, Cause.SILENT),
    (ConnectionClosedError(endpoint_url=URL, error="x"), Outcome.UNKNOWN, Cause.RESET),
    (SSLError(endpoint_url=URL, error="x"), Outcome.UNKNOWN, Cause.RESET),
    (ParamValidationError(report="x"), Outcome.FAILED, Cause.OTHER),
    (NoCredentialsError(), Outcome.FAILED, Cause.AUTHENTICATION),
    (ResponseParserError("x"), Outcome.UNKNOWN, Cause.OTHER),
    (BotoCoreError(), Outcome.UNKNOWN, Cause.OTHER),
    (KeyError("x"), Outcome.UNKNOWN, Cause.OTHER),
]

IDS = [f"{number:02}" for number in range(len(ENDINGS))]


@pytest.mark.parametrize(("error", "outcome", "cause"), ENDINGS, ids=IDS)
def test_the_table(error: BaseException, outcome: Outcome, cause: Cause) -> None:
    """FAILED only with proof that nothing was done; whatever is not known to prove it, does not."""
    found = classify_call(error, reads_only=False)
    assert (found.outcome, found.cause) == (outcome, cause)
    assert found.code


@pytest.mark.parametrize(("error", "outcome", "cause"), ENDINGS, ids=IDS)
def test_a_read_never_ends_unknown(error: BaseException, outcome: Outcome, cause: Cause) -> None:  # noqa: ARG001
    """It changed nothing, whatever became of it; the cause is the same."""
    found = classify_call(error, reads_only=True)
    assert (found.outcome, found.cause) == (Outcome.FAILED, cause)


def test_an_answer_is_ok() -> None:
    """No error, no doubt."""
    assert classify_call(None, reads_only=False).outcome is Outcome.OK
