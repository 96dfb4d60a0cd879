"""What clients do to global tables: UpdateTable's ReplicaUpdates, and DescribeTable's Replicas.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables.tutorial.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lab.dynamodb.images import Image
from lab.dynamodb.refused import Refused
from lab.dynamodb.replication.group import Replication

VERSION = "2019.11.21"
OPERATIONS = frozenset({"UpdateTable", "DescribeTable", "DeleteTable", "UpdateTimeToLive"})
"""Those that concern a table in several regions."""

_KEPT_ALIKE = ("AttributeDefinitions", "GlobalSecondaryIndexUpdates", "BillingMode", "ProvisionedThroughput")
"""What AWS keeps alike in all replicas, as far as UpdateTable changes it."""


class Side(Protocol):
    """A region, as far as tables are made in it."""

    def call(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a call; raises Refused."""

    def tables(self) -> list[str]:
        """The names of all tables."""

    def describe(self, table: str) -> dict[str, Any]:
        """What DescribeTable says."""

    def images(self, table: str) -> list[Image]:
        """Every item of a table."""

    def write(self, table: str, key: Mapping[str, Any], image: Image | None) -> None:
        """Have an item be so."""


class GlobalTables:
    """Carries out, in every region, what a client asks of a table in one."""

    def __init__(self, sides: Mapping[str, Side], replication: Replication) -> None:
        """Make replicas in these regions."""
        self._sides = sides
        self._replication = replication

    def call(self, region: str, operation: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Answer one of `OPERATIONS`, or None where it concerns no other region; raises Refused."""
        if "TableName" not in body:
            return None
        if operation == "UpdateTable":
            return self.update(region, body)
        table = body["TableName"].rpartition("table/")[2]
        regions = self._replication.regions(table)
        if region not in regions:
            return None
        answer = self._sides[region].call(operation, body)
        if operation == "DeleteTable":
            self._replication.part(table, region)
        if operation == "UpdateTimeToLive":
            for other in regions:
                if other != region:
                    self._sides[other].call(operation, {**body, "TableName": table})
            return answer
        return self.described(region, answer)

    def update(self, region: str, body: dict[str, Any]) -> dict[str, Any]:
        """Answer an UpdateTable; raises Refused, and then nothing is changed by ReplicaUpdates."""
        table = body["TableName"].rpartition("table/")[2]
        updates = body.get("ReplicaUpdates") or []
        others = {name: value for name, value in body.items() if name != "ReplicaUpdates"}
        if updates and len(others) > 1:
            raise _invalid("ReplicaUpdates cannot be combined with other changes of the table.")
        if table not in self._sides[region].tables():
            raise Refused(400, "ResourceNotFoundException", f"Requested resource not found: Table: {table} not found")
        for each in updates:
            self._replica(region, table, each)
        answer = self._sides[region].call("UpdateTable", others)
        alike = {name: body[name] for name in _KEPT_ALIKE if name in body}
        if alike:
            for other in self._replication.regions(table):
                if other != region:
                    self._sides[other].call("UpdateTable", {"TableName": table, **alike})
        return self.described(region, answer)

    def described(self, region: str, answer: dict[str, Any]) -> dict[str, Any]:
        """Tell the replicas in a description, as AWS does: the other regions."""
        for told in answer.values():
            replicas = [each for each in self._replication.regions(told.get("TableName", "")) if each != region]
            if replicas:
                told["Replicas"] = [{"RegionName": each, "ReplicaStatus": "ACTIVE"} for each in replicas]
                told["GlobalTableVersion"] = VERSION
        return answer

    def _replica(self, region: str, table: str, update: Mapping[str, Any]) -> None:
        if len(update) != 1:
            raise _invalid("A ReplicaUpdate holds one of Create, Update, Delete.")
        ((kind, given),) = update.items()
        other = given["RegionName"]
        there = other in self._replication.regions(table)
        if other not in self._sides:
            raise _invalid(f"Region {other} is not supported: this lab has {' and '.join(self._sides)}.")
        if kind == "Create":
            if there or other == region:
                raise _invalid(
                    f"Failed to create the new replica of the table with name: '{table}' because one exists there."
                )
            self._create(region, other, table)
        elif not there:
            raise _invalid(
                "Replica specified in the Replica Update or Replica Delete action of the request was not found."
            )
        elif kind == "Delete":
            self._replication.part(table, other)
            if self._sides[other].describe(table).get("DeletionProtectionEnabled"):
                self._sides[other].call("UpdateTable", {"TableName": table, "DeletionProtectionEnabled": False})
            self._sides[other].call("DeleteTable", {"TableName": table})

    def _create(self, region: str, other: str, table: str) -> None:
        side, described = self._sides[other], self._sides[region].describe(table)
        if table in side.tables():
            raise _invalid(
                f"Failed to create the new replica of the table with name: '{table}' because one exists there."
            )
        side.call("CreateTable", _as_asked(described))
        names = [each["AttributeName"] for each in described["KeySchema"]]
        for image in self._sides[region].images(table):
            side.write(table, {name: image[name] for name in names}, image)
        self._replication.join(table, region, other)


def _as_asked(described: Mapping[str, Any]) -> dict[str, Any]:
    """The CreateTable that makes such a table; tags, protection and backups are each replica's own."""
    on_demand = described.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST"
    asked: dict[str, Any] = {
        name: described[name]
        for name in ("TableName", "KeySchema", "AttributeDefinitions", "OnDemandThroughput")
        if name in described
    }
    asked["BillingMode"] = "PAY_PER_REQUEST" if on_demand else "PROVISIONED"
    if not on_demand:
        asked["ProvisionedThroughput"] = _units(described["ProvisionedThroughput"])
    if "SSEDescription" in described:
        asked["SSESpecification"] = {"Enabled": True, "SSEType": "KMS"}
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index in described.get(kind, []):
            one = {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
            if kind == "GlobalSecondaryIndexes" and not on_demand:
                one["ProvisionedThroughput"] = _units(index["ProvisionedThroughput"])
            if "OnDemandThroughput" in index:
                one["OnDemandThroughput"] = index["OnDemandThroughput"]
            asked.setdefault(kind, []).append(one)
    return asked


def _units(told: Mapping[str, Any]) -> dict[str, int]:
    return {name: told[name] for name in ("ReadCapacityUnits", "WriteCapacityUnits")}


def _invalid(message: str) -> Refused:
    return Refused(400, "ValidationException", message)
