"""AWS JSON 1.0 as it goes over HTTP.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html; `x-amz-crc32` is DynamoDB's own, and SDKs check it.
"""

from __future__ import annotations

import json
import re
import secrets
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from lab.dynamodb.images import encoded
from lab.dynamodb.refused import Refused

_SCOPE = re.compile(r"Credential=[^/,\s]*/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")
TARGET = "DynamoDB_20120810."
_TYPE = "application/x-amz-json-1.0"


def scope(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """The region and the service that a request was signed for; None if it was not signed so."""
    found = _SCOPE.search(headers.get("Authorization", ""))
    return (found[1], found[2]) if found else None


def body_of(raw: bytes) -> dict[str, Any]:
    """The body of a request; raises Refused for what is no JSON object."""
    try:
        body = json.loads(raw or b"{}")
    except ValueError as error:
        raise Refused(400, "SerializationException", "Could not parse request body into json") from error
    if not isinstance(body, dict):
        raise Refused(400, "SerializationException", "Start of structure or map found where not expected.")
    return body


def answer(body: object, *, status: int = 200) -> web.Response:
    """An answer with this body."""
    raw = encoded(body)
    return web.Response(
        body=raw,
        status=status,
        headers={
            "Content-Type": _TYPE,
            "x-amzn-RequestId": secrets.token_hex(26).upper(),
            "x-amz-crc32": str(zlib.crc32(raw)),
            "Server": "Server",
        },
    )


def refusal(refused: Refused) -> web.Response:
    """The answer that says no."""
    return answer(refused.body(), status=refused.status)


def tables_of(body: Mapping[str, Any]) -> set[str]:
    """The names of all tables that a call of the data plane is about; none where it does not say so properly."""
    try:
        return {_name(each) for each in _named(body)}
    except (AttributeError, TypeError):
        return set()  # whoever answers the call says what is wrong with it


def _named(body: Mapping[str, Any]) -> Iterator[str]:
    if "TableName" in body:
        yield body["TableName"]
    yield from body.get("RequestItems") or ()
    for item in body.get("TransactItems") or ():
        for given in item.values():
            yield given.get("TableName", "")


def _name(name_or_arn: str) -> str:
    return name_or_arn.rpartition(":table/")[2]
