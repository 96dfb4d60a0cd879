"""RDS that does what it is asked: failover, reboot and promotion tiers reach the real cluster; events are told.

Seam: moto makes one `RDSResponse` per request and calls its method named after the action. `LabRDS` replaces the
few that must reach the cluster or its files; describing goes on to moto, which finds the models of lab/api/models.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from moto.core.responses import ActionResult
from moto.rds.exceptions import (
    DBClusterNotFoundError,
    DBInstanceNotFoundError,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.responses import RDSResponse

from lab.api import events, logs
from lab.api.models import ClusterModel, InstanceModel, ParameterGroupModel
from lab.api.modify import modify
from lab.api.refusal import refusal, wrong_cluster, wrong_instance
from lab.control import WrongState

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from lab.api.seen import Seen


class LabRDS(RDSResponse):  # type: ignore[misc]  # mypy skips moto
    """Answers one request to RDS; subclassed once per server with what it `seen`."""

    seen: ClassVar[Seen]
    lock: ClassVar[threading.RLock]  # one change at a time: moto's models and ours are read, then written

    def _dispatch(self, *args: Any, **kwargs: Any) -> Any:
        with self.seen.one_moment():
            return super()._dispatch(*args, **kwargs)

    def failover_db_cluster(self) -> ActionResult:
        """Begin to move the writer, and answer at once."""
        cluster = self.backend.describe_db_clusters(self.params["DBClusterIdentifier"])[0]
        if not isinstance(cluster, ClusterModel):
            return super().failover_db_cluster()
        wanted = self.params.get("TargetDBInstanceIdentifier")
        target = None if wanted is None else self._instance(wanted).first.identifier
        with self.lock:
            refused = refusal(self.seen.again(), target)
            if refused is not None:
                raise refused
            try:
                self.seen.cluster.failover(target)
            except WrongState as error:
                # It may have changed since: then that says it in AWS's terms, else the cluster's own reason does.
                refused = refusal(self.seen.again(), target)
                raise refused or (wrong_cluster if target is None else wrong_instance)(str(error)) from error
        self.seen.again()
        return ActionResult({"DBCluster": cluster})

    def reboot_db_instance(self) -> ActionResult:
        """Begin to restart an instance, and answer at once."""
        instance = self._instance(self.params["DBInstanceIdentifier"], ours=False)
        if not isinstance(instance, InstanceModel):
            return super().reboot_db_instance()
        if self.params.get("ForceFailover"):
            raise InvalidParameterCombination(
                "ForceFailover is for Multi-AZ instances; an Aurora cluster is failed over by FailoverDBCluster."
            )
        with self.lock:
            self.seen.again()  # whoever held the lock may have changed it
            if instance.status != "available":
                raise wrong_instance(
                    f"DBInstance {instance.db_instance_identifier} is {instance.status}, not available."
                )
            try:
                self.seen.cluster.reboot(instance.first.identifier)
            except WrongState as error:
                raise wrong_instance(str(error)) from error
        self.seen.again()
        return ActionResult({"DBInstance": instance})

    def modify_db_instance(self) -> ActionResult:
        """Give an instance its promotion tier; moto keeps whatever else is modified."""
        instance = self._instance(self.params["DBInstanceIdentifier"], ours=False)
        if not isinstance(instance, InstanceModel):
            return super().modify_db_instance()
        if self.params.get("NewDBInstanceIdentifier"):
            raise wrong_instance("The lab's instances keep their names while it runs.")
        self.params["DBInstanceIdentifier"] = instance.db_instance_identifier  # moto would rename it to its ARN
        tier = self.params.pop("PromotionTier", None)
        if tier is not None and not 0 <= tier <= 15:
            raise InvalidParameterValue(f"PromotionTier is {tier}, and must lie between 0 and 15.")
        with self.lock:
            if tier is not None:
                try:
                    self.seen.cluster.set_tier(instance.first.identifier, tier)
                except WrongState as error:
                    raise wrong_instance(str(error)) from error
            answer = super().modify_db_instance()
        self.seen.again()
        return answer

    def modify_db_cluster(self) -> ActionResult:
        """Change what the APIs alone tell of the cluster; what would change the cluster itself is refused."""
        cluster = self.backend.describe_db_clusters(self.params["DBClusterIdentifier"])[0]
        if not isinstance(cluster, ClusterModel):
            return super().modify_db_cluster()
        with self.lock:
            modify(cluster, self.params)
        return ActionResult({"DBCluster": cluster})

    def describe_events(self) -> ActionResult:
        """Tell what happened, a page at a time."""
        asked = self.params
        if asked.get("SourceIdentifier") and not asked.get("SourceType"):
            raise InvalidParameterCombination("Cannot specify source identifier without source type")
        try:
            between = events.window(
                asked.get("StartTime"), asked.get("EndTime"), asked.get("Duration"), now=datetime.now(UTC)
            )
            wanted = events.Wanted(
                source_type=asked.get("SourceType"),
                source_identifier=asked.get("SourceIdentifier"),
                categories=frozenset(asked.get("EventCategories") or []),
                between=between,
            )
            page, marker = events.page(
                list(self.backend.events), wanted, most=asked.get("MaxRecords", 100), marker=asked.get("Marker")
            )
        except ValueError as error:
            raise InvalidParameterValue(str(error)) from error
        return ActionResult({"Events": page, "Marker": marker})

    def describe_db_log_files(self) -> ActionResult:
        """Tell which log files an instance has written."""
        instance, asked = self._instance(self.params["DBInstanceIdentifier"], ours=False), self.params
        if not isinstance(instance, InstanceModel):
            return super().describe_db_log_files()
        found, marker = logs.page(
            logs.files(
                self._logs_of(instance),
                contains=asked.get("FilenameContains", ""),
                since_ms=asked.get("FileLastWritten", 0),
                larger_than=asked.get("FileSize", 0),
            ),
            most=asked.get("MaxRecords"),
            marker=asked.get("Marker"),
        )
        told = [{"LogFileName": each.name, "LastWritten": each.last_written_ms, "Size": each.size} for each in found]
        return ActionResult({"DescribeDBLogFiles": told, "Marker": marker})

    def download_db_log_file_portion(self) -> ActionResult:
        """Give a part of a log file."""
        instance = self._instance(self.params["DBInstanceIdentifier"])
        wanted = self.params["LogFileName"]
        # Looked for among those that there are: a name that leads elsewhere names none of them.
        found = next((each for each in logs.files(self._logs_of(instance)) if each.name == wanted), None)
        if found is None:
            raise RDSClientError("DBLogFileNotFoundFault", f"DBLog File: {wanted}, is not found on the DB instance")
        try:
            part = logs.portion(found.path, marker=self.params.get("Marker"), lines=self.params.get("NumberOfLines"))
        except ValueError as error:
            raise InvalidParameterValue(str(error)) from error
        return ActionResult({"LogFileData": part.data, "Marker": part.marker, "AdditionalDataPending": part.pending})

    def list_tags_for_resource(self) -> ActionResult:
        """As moto, but of what is not there AWS says so."""
        self._must_exist(self.params["ResourceName"])
        return super().list_tags_for_resource()

    def add_tags_to_resource(self) -> ActionResult:
        """As moto, one change at a time."""
        self._must_exist(self.params["ResourceName"])
        with self.lock:
            return super().add_tags_to_resource()

    def remove_tags_from_resource(self) -> ActionResult:
        """As moto, one change at a time."""
        self._must_exist(self.params["ResourceName"])
        with self.lock:
            return super().remove_tags_from_resource()

    def _must_exist(self, arn: str) -> None:
        kind, _, name = arn.partition(":rds:")[2].partition(":")[2].partition(":")[2].partition(":")
        if kind == "cluster" and name not in self.backend.clusters:
            raise DBClusterNotFoundError(name)
        if kind == "db" and name not in self.backend.databases:
            raise DBInstanceNotFoundError(name)

    def _logs_of(self, instance: InstanceModel) -> Path:
        return self.seen.cluster.log_folder(instance.first.identifier)

    def _instance(self, name: str, *, ours: bool = True) -> Any:
        """Find the instance of that name or ARN; with `ours`, only if the lab's cluster has it."""
        instance = self.backend.describe_db_instances(name)[0]
        if ours and not isinstance(instance, InstanceModel):
            raise wrong_instance(f"DBInstance {name} is no member of the cluster.")
        return instance


def _refusing(action: str) -> Callable[[LabRDS], ActionResult]:
    """Refuse an action that moto would only pretend, for what is the lab's; what is not stays moto's."""

    def refuse(self: LabRDS) -> ActionResult:
        cluster = self.backend.clusters.get(self.params.get("DBClusterIdentifier", ""))
        instance = self.backend.databases.get(self.params.get("DBInstanceIdentifier", ""))
        if isinstance(instance, InstanceModel):
            raise wrong_instance(f"The lab does not {action.replace('_', ' ')}; `python -m lab down` ends it.")
        if isinstance(cluster, ClusterModel):
            raise wrong_cluster(f"The lab does not {action.replace('_', ' ')}; its instances live as long as it does.")
        return getattr(RDSResponse, action)(self)

    return refuse


def _keeping(action: str) -> Callable[[LabRDS], ActionResult]:
    """Refuse to change or delete the lab's own parameter group; others stay moto's."""

    def refuse(self: LabRDS) -> ActionResult:
        group = self.backend.db_cluster_parameter_groups.get(self.params.get("DBClusterParameterGroupName", ""))
        if isinstance(group, ParameterGroupModel):
            raise RDSClientError(
                "InvalidDBParameterGroupState",
                f"The lab does not {action.replace('_', ' ')}; it tells what is in force.",
            )
        return getattr(RDSResponse, action)(self)

    return refuse


for _action in (
    "modify_db_cluster_parameter_group",
    "reset_db_cluster_parameter_group",
    "delete_db_cluster_parameter_group",
):
    if hasattr(RDSResponse, _action):
        setattr(LabRDS, _action, _keeping(_action))

for _action in (
    *("create_db_instance", "delete_db_instance", "start_db_instance", "stop_db_instance"),
    *("delete_db_cluster", "start_db_cluster", "stop_db_cluster"),
):
    setattr(LabRDS, _action, _refusing(_action))
