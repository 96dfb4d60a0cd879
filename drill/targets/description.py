"""How the control plane says that a cluster was set up: read, and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drill.targets.aurora import Aurora

CLUSTER, PARAMETERS = "cluster", "parameters"
"""The subjects beside those named after an instance."""

OF_CLUSTER = (
    "DBClusterIdentifier",
    "Status",
    "Engine",
    "EngineVersion",
    "StorageEncrypted",
    "StorageEncryptionType",
    "KmsKeyId",
    "BackupRetentionPeriod",
    "DeletionProtection",
    "CopyTagsToSnapshot",
    "EnabledCloudwatchLogsExports",
    "DBClusterParameterGroup",
    "DBSubnetGroup",
    "IAMDatabaseAuthenticationEnabled",
    "MultiAZ",
    "AvailabilityZones",
    "StorageType",
    "PreferredBackupWindow",
    "PreferredMaintenanceWindow",
)
OF_INSTANCE = (
    "DBInstanceIdentifier",
    "DBInstanceStatus",
    "DBInstanceClass",
    "EngineVersion",
    "AvailabilityZone",
    "PromotionTier",
    "StorageEncrypted",
    "StorageEncryptionType",
    "PubliclyAccessible",
    "AutoMinorVersionUpgrade",
    "CACertificateIdentifier",
    "PerformanceInsightsEnabled",
)
OF_PARAMETERS = frozenset(
    {
        "rds.force_ssl",
        "ssl_min_protocol_version",
        "max_connections",
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "log_min_duration_statement",
        "log_lock_waits",
        "shared_preload_libraries",
    }
)

Row = dict[str, str | None]


def described(target: Aurora) -> list[Row]:
    """Rows of table `settings` about the cluster, its instances and its parameter group; TargetError.

    Names are AWS's own, yes and no are "true" and "false", lists are sorted and joined by commas; what AWS leaves out
    is null. Of the parameters only those are told that PostgreSQL's connections and logs depend on. Beside them stand
    the `Region` and, where there is one, the `EndpointUrl` that somebody needs to ask again.
    """
    with target._asking("rds:DescribeDBClusters"):  # noqa: SLF001 - the same package, and one way to say what failed
        cluster = target.rds.describe_db_clusters(DBClusterIdentifier=target.cluster)["DBClusters"][0]
    with target._asking("rds:DescribeDBInstances"):  # noqa: SLF001
        pages = target.rds.get_paginator("describe_db_instances").paginate(
            Filters=[{"Name": "db-cluster-id", "Values": [target.cluster]}]
        )
        instances = {each["DBInstanceIdentifier"]: each for page in pages for each in page["DBInstances"]}
    group = cluster.get("DBClusterParameterGroup")
    groups = [each.get("VpcSecurityGroupId", "") for each in cluster.get("VpcSecurityGroups", ())]
    # Left out where there is none, and then it is no secret that there is none.
    cluster.setdefault("EnabledCloudwatchLogsExports", [])
    asked = {"Region": target.session.region_name, "EndpointUrl": target.endpoint_url}
    rows = [
        *_rows(CLUSTER, asked),
        *_rows(CLUSTER, {**_chosen(cluster, OF_CLUSTER), "VpcSecurityGroups": groups}),
        *_rows(PARAMETERS, _parameters(target, group) if group else {}),
    ]
    for member in sorted(cluster["DBClusterMembers"], key=lambda each: each["DBInstanceIdentifier"]):
        name = member["DBInstanceIdentifier"]
        found = _chosen(instances.get(name, {}), OF_INSTANCE)
        # The cluster's list is what a failover goes by; an instance leaves its tier out where it is the default.
        found |= {"IsClusterWriter": member["IsClusterWriter"]}
        found |= {"PromotionTier": member.get("PromotionTier", found["PromotionTier"])}
        rows += _rows(name, found)
    return rows


def _parameters(target: Aurora, group: str) -> dict[str, Any]:
    with target._asking("rds:DescribeDBClusterParameters"):  # noqa: SLF001
        pages = target.rds.get_paginator("describe_db_cluster_parameters").paginate(DBClusterParameterGroupName=group)
        found = [each for page in pages for each in page["Parameters"]]
    told = {each.get("ParameterName", ""): each.get("ParameterValue") for each in found}
    return {name: value for name, value in sorted(told.items()) if name in OF_PARAMETERS}


def _chosen(described: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: described.get(name) for name in names}


def _rows(subject: str, values: Mapping[str, Any]) -> list[Row]:
    return [{"subject": subject, "name": name, "value": _text(value)} for name, value in values.items()]


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case list():
            return ",".join(sorted(map(str, value)))
    return str(value)
