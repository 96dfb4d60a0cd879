"""The tables and items of one region: moto's DynamoDB behind plain calls, without HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.responses import DynamoHandler

from lab.dynamodb.backend import backend_of
from lab.dynamodb.blame import MODEL, blame
from lab.dynamodb.images import Image, image_of
from lab.dynamodb.refused import Refused
from lab.dynamodb.settings import describe, keep
from lab.dynamodb.tables import LabTable

ACCOUNT = "123456789012"

_WITHOUT = frozenset(
    {
        "BatchExecuteStatement",
        "ExecuteStatement",
        "ExecuteTransaction",
        "ImportTable",
        "RestoreTableFromBackup",
        "RestoreTableToPointInTime",
    }
)
"""What moto has and the lab has not: it would go past capacity and replication, or make tables that are not ours."""

_SAMPLE = 500  # of how many items a table's size is reckoned; AWS's own figure is up to six hours old


class Store:
    """One region's tables. Not for several threads."""

    def __init__(self, region: str, *, account: str = ACCOUNT) -> None:
        """Hold what moto holds for this region."""
        self.region = region
        self.account = account
        self._backend = backend_of(region, account)
        handler = self._handler = DynamoHandler()
        handler.region, handler.current_account, handler.partition, handler.headers = region, account, "aws", {}
        self._operations: dict[str, Callable[[], Any]] = {
            name: getattr(handler, camelcase_to_underscores(name))
            for name in MODEL.operation_names
            if hasattr(handler, camelcase_to_underscores(name)) and name not in _WITHOUT
        }

    def call(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to one call; raises Refused. Capacity, replication and faults are not its business."""
        answer = self._operations.get(operation)
        if answer is None:
            raise Refused(400, "UnknownOperationException", f"This lab has no operation {operation} of DynamoDB.")
        self._handler.body = body
        try:
            result: dict[str, Any] = answer().result or {}
        except JsonRESTError as error:
            raise _refusal(error) from error
        except Exception as error:
            raise blame(operation, body, error) from error
        if operation in {"CreateTable", "UpdateTable"}:
            keep(self.table(body["TableName"]), body)
        if operation == "TransactGetItems":
            self._project(body, result)
        return describe(self, result) if operation in _DESCRIBING else result

    def _project(self, body: dict[str, Any], result: dict[str, Any]) -> None:
        """Leave of each item what was asked for, which moto does for GetItem alone."""
        for asked, told in zip(body["TransactItems"], result["Responses"], strict=True):
            if told and "ProjectionExpression" in asked["Get"]:
                told["Item"] = self.call("GetItem", asked["Get"]).get("Item", {})

    def item(self, table: str, key: Mapping[str, Any]) -> Image | None:
        """The item as it stands, in the wire's format; None where there is none. Raises Refused for a wrong key."""
        try:
            found = self._backend.get_item(table, dict(key))
        except JsonRESTError as error:
            raise _refusal(error) from error
        return None if found is None else image_of(found)

    def write(self, table: str, key: Mapping[str, Any], image: Image | None) -> None:
        """Have the item be so, or be gone, whatever stands there: for what comes from another region."""
        if image is None:
            self._backend.delete_item(table, dict(key))
        else:
            self._backend.put_item(table, image, overwrite=True)

    def describe(self, table: str) -> dict[str, Any]:
        """What DescribeTable says of it, without the envelope."""
        described: dict[str, Any] = self.call("DescribeTable", {"TableName": table})["Table"]
        return described

    def tables(self) -> list[str]:
        """The names of all tables."""
        return list(self._backend.tables)

    def table(self, name: str) -> LabTable:
        """The table of that name or ARN; raises Refused."""
        try:
            found: LabTable = self._backend.get_table(name)
        except JsonRESTError as error:
            raise _refusal(error) from error
        return found

    def images(self, table: str) -> list[Image]:
        """Every item of a table."""
        return [image_of(each) for each in self.table(table).all_items()]

    def bytes_of(self, table: str) -> int:
        """How many bytes its items take, reckoned from some of them."""
        items = self.table(table)
        count = len(items)
        sample = [each.size() for each in islice(items.unordered(), _SAMPLE)]
        return round(sum(sample) / len(sample) * count) if sample else 0


_DESCRIBING = frozenset({"CreateTable", "UpdateTable", "DescribeTable", "DeleteTable"})


def _refusal(error: JsonRESTError) -> Refused:
    told = json.loads(error.description)
    told.pop("__type", None)
    message = told.pop("message", None) or told.pop("Message", None) or str(error.message)
    return Refused(error.code, error.relative_error_type, message, told)
