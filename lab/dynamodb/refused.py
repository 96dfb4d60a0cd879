"""What DynamoDB says no with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OF_DYNAMODB = "com.amazonaws.dynamodb.v20120810#"
_OF_ANY_SERVICE = {
    "ValidationException": "com.amazon.coral.validate#",
    "ThrottlingException": "com.amazon.coral.availability#",
    "SerializationException": "com.amazon.coral.service#",
    "UnknownOperationException": "com.amazon.coral.service#",
    "UnrecognizedClientException": "com.amazon.coral.service#",
    "MissingAuthenticationTokenException": "com.amazon.coral.service#",
    "IncompleteSignatureException": "com.amazon.coral.service#",
}


class Refused(Exception):
    """A call that DynamoDB refuses, as it goes over the wire.

    `status` is the HTTP status, `code` the exception's name without a namespace, `fields` the further members of the
    body, such as `CancellationReasons`.
    """

    def __init__(self, status: int, code: str, message: str, fields: Mapping[str, Any] | None = None) -> None:
        """Refuse with this status, code and message."""
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.fields: Mapping[str, Any] = fields or {}

    def body(self) -> dict[str, Any]:
        """The members of the JSON body; errors that any service of AWS knows have another namespace.

        A cancelled transaction says `Message`, all else `message`.
        """
        kind = _OF_ANY_SERVICE.get(self.code, _OF_DYNAMODB) + self.code
        message = "Message" if self.code == "TransactionCanceledException" else "message"
        return {"__type": kind, message: self.message, **self.fields}
