"""One put in two hundred is acknowledged, and not stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.dynamodb.defect import Calls, Defect, every
from lab.sabotage.none import Sabotage


def _forgetful(due: Callable[[], bool]) -> Callable[[Calls, str, dict[str, Any]], dict[str, Any]]:
    def carried_out(store: Calls, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        if operation != "PutItem" or not due():
            return store.call(operation, body)
        table = store.call("DescribeTable", {"TableName": body["TableName"]})["Table"]
        key = {each["AttributeName"]: body["Item"][each["AttributeName"]] for each in table["KeySchema"]}
        before = store.item(body["TableName"], key)
        told = store.call(operation, body)
        if before is None:
            store.call("DeleteItem", {"TableName": body["TableName"], "Key": key})
        else:
            store.call("PutItem", {"TableName": body["TableName"], "Item": before})
        return told

    return carried_out


SABOTAGE = Sabotage(name="acks-and-forgets", dynamodb=Defect(carried_out=_forgetful(every(200))))
