"""What ModifyDBCluster can change of a lab's cluster: what nothing but the APIs tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.api.models import ClusterModel

# moto hands a request's parameters over by the names that Python would give them.
_ATTRIBUTES = {
    "deletion_protection": "deletion_protection",
    "backup_retention_period": "backup_retention_period",
    "enable_iam_database_authentication": "iam_auth",
    "copy_tags_to_snapshot": "copy_tags_to_snapshot",
    "preferred_backup_window": "preferred_backup_window",
    "preferred_maintenance_window": "preferred_maintenance_window",
}
_LOGS = "cloudwatch_logs_export_configuration"
_SAID = {"db_cluster_identifier", "apply_immediately"}
_KINDS_OF_LOGS = {"postgresql", "instance", "iam-db-auth-error"}


def modify(cluster: ClusterModel, asked: Mapping[str, Any]) -> None:
    """Change all of it or nothing, as AWS does; moto would take the cluster away before it looks what is wrong."""
    given = {name: value for name, value in asked.items() if value is not None and name not in _SAID}
    strange = sorted(set(given) - set(_ATTRIBUTES) - {_LOGS})
    if strange:
        raise InvalidParameterCombination(f"The lab does not change {', '.join(strange)} while it runs.")
    days = given.get("backup_retention_period")
    if days is not None and not 1 <= days <= 35:
        raise InvalidParameterValue(f"BackupRetentionPeriod is {days} days, and must lie between 1 and 35.")
    exports = _exports(cluster, given.pop(_LOGS, None) or {})
    for name, value in given.items():
        setattr(cluster, _ATTRIBUTES[name], value)
    cluster.enabled_cloudwatch_logs_exports = exports


def _exports(cluster: ClusterModel, asked: Mapping[str, list[str]]) -> list[str]:
    on, off = set(asked.get("EnableLogTypes") or ()), set(asked.get("DisableLogTypes") or ())
    if unknown := sorted((on | off) - _KINDS_OF_LOGS):
        raise InvalidParameterCombination(f"aurora-postgresql has no logs of type {', '.join(unknown)}.")
    return sorted({*cluster.enabled_cloudwatch_logs_exports, *on} - off)
