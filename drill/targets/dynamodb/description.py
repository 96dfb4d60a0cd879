"""How control planes say that tables were set up: read, and never changed.

    subject              what it is
    tables               where was asked: Region, EndpointUrl, ReplicaRegion
    NAME                 a table in the target's own region
    NAME/INDEX           a global secondary index of it
    NAME@REGION          its replica in another region
    pattern NAME         what an access pattern asks for (`described_pattern`)

A value of "none" was asked for, and there is none; a null was not told. What has several parts is JSON: autoscaling
(`AutoScaling.ReadCapacityUnits`) and alarms (`Alarm NAME`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from drill.errors import TargetError
from drill.targets.description import Row
from drill.targets.dynamodb.tables import Tables

TABLES = "tables"
NONE = "none"
AWS_OWNED = "AWS_OWNED"
"""The type of encryption where DescribeTable tells none: with a key that AWS owns, and shows to nobody.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""
NAMESPACE = "AWS/DynamoDB"
UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")
CAPS = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
_NAMES = re.compile(r"#?[A-Za-z_][\w.\[\]#]*")
_WORDS = frozenset(
    {
        *("AND", "OR", "NOT", "IN", "BETWEEN", "BEGINS_WITH", "CONTAINS", "SIZE"),
        *("ATTRIBUTE_EXISTS", "ATTRIBUTE_NOT_EXISTS", "ATTRIBUTE_TYPE"),
    }
)


def described_tables(target: Tables, tables: Sequence[str]) -> list[Row]:
    """Rows of `settings`: where was asked, and all that these tables, their indexes and replicas say of themselves.

    A replica in a region that the target does not name is told by name only. TargetError where a table is not there,
    or where a control plane does not answer.
    """
    where = {"Region": target.region, "EndpointUrl": target.endpoint_url, "ReplicaRegion": target.replica_region}
    rows = _rows(TABLES, where)
    alarms = _alarms(target)
    for name in tables:
        found = target.describe(name)
        told = _table(target, found, target.region)
        tags = {f"Tags.{key}": value for key, value in sorted(target.tags(name).items())}
        rows += _rows(name, told | tags | _scaling(target, f"table/{name}", "table") | _alarms_of(alarms, name))
        for index in found.get("GlobalSecondaryIndexes", ()):
            resource = f"table/{name}/index/{index['IndexName']}"
            rows += _rows(f"{name}/{index['IndexName']}", _index(index) | _scaling(target, resource, "index"))
        for region in told["Replicas"]:
            if region in target.regions:
                replica = target.describe(name, region=region)
                rows += _rows(f"{name}@{region}", _table(target, replica, region))
    return rows


def described_keys(target: Tables, tables: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of `key_schemas`: each table and each of its indexes."""
    rows: list[dict[str, Any]] = []
    for name in tables:
        found = target.describe(name)
        indexes = [*found.get("GlobalSecondaryIndexes", ()), *found.get("LocalSecondaryIndexes", ())]
        for each in (found, *indexes):
            keys = {key["KeyType"]: key["AttributeName"] for key in each["KeySchema"]}
            projection = each.get("Projection", {})
            size = "IndexSizeBytes" if "IndexName" in each else "TableSizeBytes"
            rows.append(
                {
                    "table": name,
                    "index": each.get("IndexName"),
                    "partition_key": keys["HASH"],
                    "sort_key": keys.get("RANGE"),
                    "projection": projection.get("ProjectionType", "ALL"),
                    "projected": sorted(projection.get("NonKeyAttributes", ())),
                    "items": each.get("ItemCount"),
                    "size_bytes": each.get(size),
                }
            )
    return rows


def scanned_units(target: Tables, tables: Sequence[str]) -> list[Row]:
    """Rows of `settings`: `ScanReadUnits`, what it takes to read each table and each of its indexes from end to end.

    It does read them, eventually consistent: only for tables that a run has made. TargetError where one does not
    answer, or does not tell what it consumed.
    """
    rows: list[Row] = []
    for name in tables:
        indexes = [each["IndexName"] for each in target.describe(name).get("GlobalSecondaryIndexes", ())]
        for index in (None, *indexes):
            rows += _rows(f"{name}/{index}" if index else name, {"ScanReadUnits": _scanned(target, name, index)})
    return rows


def _scanned(target: Tables, table: str, index: str | None) -> float:
    asked = {"TableName": table, "Select": "COUNT", "ReturnConsumedCapacity": "TOTAL"}
    asked |= {"IndexName": index} if index else {}
    with target.asking("dynamodb:Scan", what=f"the table {table}"):
        pages = target.client().get_paginator("scan").paginate(**asked)
        told = [page.get("ConsumedCapacity", {}).get("CapacityUnits") for page in pages]
    if None in told:
        raise TargetError(f"a scan of {table} at {target.endpoint_url or target.region} does not tell what it consumed")
    return float(sum(told))


def described_pattern(name: str, operation: str, arguments: Mapping[str, Any]) -> list[Row]:
    """Rows of `settings`: what an access pattern asks for, by the arguments of its call of boto3's client.

    `Reads` names the attributes that come back ("*": all that there are), `Filters` those that are compared after
    reading ("none": nothing is).
    """
    names = arguments.get("ExpressionAttributeNames", {})
    asked = arguments.get("ProjectionExpression")
    counts = arguments.get("Select") == "COUNT"
    reads = NONE if counts else "*" if asked is None else ",".join(_attributes(asked, names))
    told = {
        "Operation": operation,
        "Index": arguments.get("IndexName", NONE),
        "Reads": reads,
        "Filters": ",".join(_attributes(arguments.get("FilterExpression", ""), names)) or NONE,
    }
    return _rows(f"pattern {name}", told)


def _attributes(expression: str, names: Mapping[str, str]) -> list[str]:
    """The top-level attributes that an expression names; values (":v") and words of the language are none."""
    spoken = re.sub(r":\w+", " ", expression)
    found = (re.split(r"[.\[]", each)[0] for each in _NAMES.findall(spoken))
    return sorted({names.get(each, each) for each in found if each.upper() not in _WORDS})


def _table(target: Tables, found: Mapping[str, Any], region: str) -> dict[str, Any]:
    """One table or replica; the same names in each region, so that they can be compared."""
    name = found["TableName"]
    encryption = found.get("SSEDescription") or {}
    # A table that says DISABLED says the same in older words.
    if encryption.get("Status", "DISABLED") == "DISABLED":
        encryption = {"Status": "ENABLED", "SSEType": AWS_OWNED, "KMSMasterKeyArn": NONE}
    return {
        "TableArn": found.get("TableArn"),
        "TableStatus": found.get("TableStatus"),
        "BillingMode": found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        **_capacity(found),
        "SSEStatus": encryption.get("Status"),
        "SSEType": encryption.get("SSEType"),
        "KMSMasterKeyArn": encryption.get("KMSMasterKeyArn"),
        **_backups(target, name, region),
        "DeletionProtection": found.get("DeletionProtectionEnabled", False),
        "TableClass": found.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "KeySchema": _key_schema(found),
        "Indexes": [each["IndexName"] for each in found.get("GlobalSecondaryIndexes", ())],
        "Replicas": [each["RegionName"] for each in found.get("Replicas", ()) if each["RegionName"] != region],
        "ItemCount": found.get("ItemCount"),
        "TableSizeBytes": found.get("TableSizeBytes"),
        "TimeToLive": _time_to_live(target, name, region),
        "StreamEnabled": found.get("StreamSpecification", {}).get("StreamEnabled", False),
    }


def _index(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "IndexStatus": found.get("IndexStatus"),
        **_capacity(found),
        "KeySchema": _key_schema(found),
        "Projection": found.get("Projection", {}).get("ProjectionType"),
        "ItemCount": found.get("ItemCount"),
        "IndexSizeBytes": found.get("IndexSizeBytes"),
    }


def _capacity(found: Mapping[str, Any]) -> dict[str, Any]:
    """Units that are paid for whether used or not, and the caps of those that are paid by use; -1 is no cap."""
    provisioned, caps = found.get("ProvisionedThroughput") or {}, found.get("OnDemandThroughput") or {}
    capped = {name: NONE if caps.get(name, -1) == -1 else caps[name] for name in CAPS}
    return {name: provisioned.get(name, 0) for name in UNITS} | capped


def _key_schema(found: Mapping[str, Any]) -> str:
    return " ".join(f"{each['AttributeName']}:{each['KeyType']}" for each in found["KeySchema"])


def _backups(target: Tables, table: str, region: str) -> dict[str, Any]:
    with target.asking("dynamodb:DescribeContinuousBackups", what=f"the table {table}", region=region):
        answer = target.client(region=region).describe_continuous_backups(TableName=table)
    told = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    return {
        "PointInTimeRecovery": told.get("PointInTimeRecoveryStatus"),
        "RecoveryPeriodInDays": told.get("RecoveryPeriodInDays"),
    }


def _time_to_live(target: Tables, table: str, region: str) -> str | None:
    """The attribute by which items expire."""
    with target.asking("dynamodb:DescribeTimeToLive", what=f"the table {table}", region=region):
        told = target.client(region=region).describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    enabled = told.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}
    return told.get("AttributeName") if enabled else NONE


def _scaling(target: Tables, resource: str, kind: str) -> dict[str, Any]:
    """Application Auto Scaling of reads and of writes, each in JSON: min, max, target_pct, suspended, policies."""
    client, told = target.client("application-autoscaling"), {}
    with target.asking("application-autoscaling:DescribeScalableTargets", what=resource):
        asked = {"ServiceNamespace": "dynamodb", "ResourceIds": [resource]}
        pages = client.get_paginator("describe_scalable_targets").paginate(**asked)
        bounds = {each["ScalableDimension"]: each for page in pages for each in page["ScalableTargets"]}
    with target.asking("application-autoscaling:DescribeScalingPolicies", what=resource):
        asked = {"ServiceNamespace": "dynamodb", "ResourceId": resource}
        pages = client.get_paginator("describe_scaling_policies").paginate(**asked)
        policies = [each for page in pages for each in page["ScalingPolicies"]]
    for units in UNITS:
        dimension = f"dynamodb:{kind}:{units}"
        bound = bounds.get(dimension)
        own = [each for each in policies if each["ScalableDimension"] == dimension]
        tracking = [each.get("TargetTrackingScalingPolicyConfiguration") or {} for each in own]
        told[f"AutoScaling.{units}"] = (
            NONE
            if bound is None
            else {
                "min": bound["MinCapacity"],
                "max": bound["MaxCapacity"],
                "target_pct": next((each["TargetValue"] for each in tracking if "TargetValue" in each), None),
                "suspended": any((bound.get("SuspendedState") or {}).values()),
                "policies": [each["PolicyName"] for each in own],
            }
        )
    return told


def _alarms(target: Tables) -> list[dict[str, Any]]:
    """Every alarm on a metric of DynamoDB in the target's region, with the dimensions that it watches."""
    with target.asking("cloudwatch:DescribeAlarms", what="alarms"):
        pages = target.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        found = [each for page in pages for each in page.get("MetricAlarms", ())]
    return [
        {
            "name": alarm["AlarmName"],
            "metric": metric["MetricName"],
            "dimensions": {each["Name"]: each["Value"] for each in metric.get("Dimensions", ())},
            "statistic": stated.get("Statistic") or stated.get("ExtendedStatistic") or stated.get("Stat"),
            "period_s": stated.get("Period"),
            "comparison": alarm.get("ComparisonOperator"),
            "threshold": alarm.get("Threshold"),
            "enabled": alarm.get("ActionsEnabled", False),
            "actions": alarm.get("AlarmActions", []),
            "state": alarm.get("StateValue"),
        }
        for alarm in found
        for stated, metric in _metrics(alarm)
        if metric.get("Namespace") == NAMESPACE
    ]


def _metrics(alarm: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """What it watches: one metric, or several that an expression joins."""
    if "MetricName" in alarm:
        return [(alarm, alarm)]
    return [
        (each["MetricStat"], each["MetricStat"]["Metric"]) for each in alarm.get("Metrics", ()) if "MetricStat" in each
    ]


def _alarms_of(alarms: list[dict[str, Any]], table: str) -> dict[str, Any]:
    """Those of one table; one that joins several metrics is told once for each."""
    told: dict[str, Any] = {"Alarms": 0}
    for alarm in alarms:
        if alarm["dimensions"].get("TableName") == table:
            told["Alarms"] += 1
            name = f"Alarm {alarm['name']}"
            told[name if name not in told else f"{name} ({alarm['metric']})"] = alarm
    return told


def _rows(subject: str, values: Mapping[str, Any]) -> list[Row]:
    return [{"subject": subject, "name": name, "value": _text(value)} for name, value in values.items()]


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case dict():
            return json.dumps(value, sort_keys=True)
        case list():
            return ",".join(sorted(map(str, value))) or NONE
    return str(value)
