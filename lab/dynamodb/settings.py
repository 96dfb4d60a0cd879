"""Settings of a table that moto takes no note of, and DescribeTable as AWS tells it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from lab.dynamodb.tables import LabTable

if TYPE_CHECKING:
    from lab.dynamodb.store import Store


def keep(table: LabTable, asked: dict[str, Any]) -> None:
    """Keep what CreateTable or UpdateTable says and moto drops."""
    for name in ("OnDemandThroughput", "TableClass"):
        if name in asked:
            table.settings[name] = asked[name]
    if (encryption := asked.get("SSESpecification")) is not None:
        _encrypt(table, encryption)
    capped = table.settings.setdefault("indexes", {})
    for each in asked.get("GlobalSecondaryIndexes") or []:
        capped[each["IndexName"]] = each.get("OnDemandThroughput")
    for update in asked.get("GlobalSecondaryIndexUpdates") or []:
        for each in update.values():
            if "OnDemandThroughput" in each:
                capped[each["IndexName"]] = each["OnDemandThroughput"]
    if asked.get("BillingMode") == "PAY_PER_REQUEST":
        table.throughput = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    table.throughput.setdefault("NumberOfDecreasesToday", 0)


def _encrypt(table: LabTable, asked: dict[str, Any]) -> None:
    kept = dict(asked)
    if kept.get("Enabled") and "KMSMasterKeyId" not in kept:
        kept["KMSMasterKeyId"] = table._get_default_encryption_key(table.account_id, table.region_name)  # noqa: SLF001
    table.sse_specification = kept


def describe(store: Store, answer: dict[str, Any]) -> dict[str, Any]:
    """Complete a description of a table, as AWS shows it: no empty lists, and what moto does not know.

    A table whose SSEDescription is missing is encrypted with a key that AWS owns:
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSEDescription.html
    """
    for told in answer.values():
        name = told["TableName"]
        told["TableId"] = str(uuid.uuid5(uuid.NAMESPACE_URL, told["TableArn"]))
        for empty in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            if not told.get(empty):
                told.pop(empty, None)
        if name not in store.tables():
            told["TableStatus"] = "DELETING"
            continue
        table = store.table(name)
        told["TableSizeBytes"] = store.bytes_of(name)
        told.update({key: value for key, value in table.settings.items() if key[0].isupper()})
        told.pop("TableClass", None)
        if "TableClass" in table.settings:
            told["TableClassSummary"] = {"TableClass": table.settings["TableClass"]}
        if told.get("BillingModeSummary", {}).get("BillingMode") == "PROVISIONED":
            told.pop("BillingModeSummary")
        for index in told.get("GlobalSecondaryIndexes", []):
            index["IndexArn"] = f"{told['TableArn']}/index/{index['IndexName']}"
            if cap := table.settings.get("indexes", {}).get(index["IndexName"]):
                index["OnDemandThroughput"] = cap
        for index in told.get("LocalSecondaryIndexes", []):
            index["IndexArn"] = f"{told['TableArn']}/index/{index['IndexName']}"
    return answer
