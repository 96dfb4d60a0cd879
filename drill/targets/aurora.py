"""An Aurora PostgreSQL cluster, on AWS or behind an endpoint that speaks AWS's APIs: both by the same calls."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3

from drill.errors import FaultError, TargetError
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT
from drill.targets.boto import asking, config
from drill.targets.fis import Aim, FaultInjection, lasting
from drill.targets.postgres import Address
from drill.targets.secrets import read_secret
from drill.targets.target import Member, Topology

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient
    from mypy_boto3_rds.type_defs import DBClusterTypeDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Aurora:
    """A `drill.targets.target.Target` over boto3; `credentials` holds user, password, database and TLS settings.

    `operator_secret` names the administrator's login in Secrets Manager, where it is not the cluster's own.
    """

    name: str
    cluster: str
    session: boto3.Session
    credentials: Address
    endpoint_url: str | None = None
    fis_role: str | None = None
    operator_secret: str | None = None
    rds: RDSClient = field(init=False, repr=False)
    fis: FaultInjection = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the clients now, on the thread that made us: the first use of one elsewhere is not safe."""
        rds = self.session.client("rds", endpoint_url=self.endpoint_url, config=config())
        fis = self.session.client("fis", endpoint_url=self.endpoint_url, config=config())
        object.__setattr__(self, "rds", rds)
        object.__setattr__(
            self,
            "fis",
            FaultInjection(client=fis, name=self.name, what=self.cluster, role=self.fis_role, asking=self._asking),
        )

    @property
    def identity(self) -> str:
        """Where it is, and its name there."""
        return f"{self.endpoint_url or 'aws'}/{self.session.region_name}/{self.cluster}"

    def topology(self) -> Topology:
        """Ask RDS for the cluster and its instances."""
        with self._asking("rds:DescribeDBClusters"):
            found = self.rds.describe_db_clusters(DBClusterIdentifier=self.cluster)["DBClusters"][0]
        with self._asking("rds:DescribeDBInstances"):
            pages = self.rds.get_paginator("describe_db_instances").paginate(
                Filters=[{"Name": "db-cluster-id", "Values": [self.cluster]}]
            )
            described = {each["DBInstanceIdentifier"]: each for page in pages for each in page["DBInstances"]}
        members = tuple(
            _member(each, described[each["DBInstanceIdentifier"]], port=found["Port"])
            for each in found["DBClusterMembers"]
            if each["DBInstanceIdentifier"] in described
        )
        return Topology(
            cluster=self.cluster,
            status=found["Status"],
            members=members,
            writer_host=found["Endpoint"],
            reader_host=found.get("ReaderEndpoint"),
            port=found["Port"],
            tags={tag["Key"]: tag.get("Value", "") for tag in found.get("TagList", ())},
        )

    def address(self, endpoint: str, *, known: Topology | None = None) -> Address:
        """Where an endpoint or an instance answers, by what is known or a fresh look at the control plane."""
        topology = known or self.topology()
        if endpoint == WRITER_ENDPOINT:
            return self.credentials.at(topology.writer_host, topology.port)
        if endpoint == READER_ENDPOINT:
            if topology.reader_host is None:
                raise TargetError(f"the cluster {self.cluster} has no reader endpoint")
            return self.credentials.at(topology.reader_host, topology.port)
        for member in topology.members:
            if member.identifier == endpoint:
                return self.credentials.at(member.host, member.port)
        raise TargetError(f"the cluster {self.cluster} has no instance {endpoint}")

    def operator(self, *, known: Topology | None = None) -> Address | None:
        """The writer endpoint as the administrator reaches it: by `operator_secret`, or by what RDS manages for us.

        None where there is neither, and where we may not read what RDS manages: then nobody can tell whether an
        administrator gets in. A secret that drill.toml names must be readable; TargetError.
        """
        topology = known or self.topology()
        named = self.operator_secret
        secret = named or self._described().get("MasterUserSecret", {}).get("SecretArn")
        if secret is None:
            return None
        try:
            login = read_secret(secret, self.session, endpoint_url=self.endpoint_url)
        except TargetError:
            if named is not None:
                raise
            return None
        # With IAM our own address makes tokens of itself, and is of another kind: an administrator has a password.
        ours = self.credentials.at(topology.writer_host, topology.port)
        return replace(ours, user=login.user, password=login.password)

    def can(self, action: str) -> bool:
        """Whether FIS lists the action."""
        return self.fis.can(action)

    def fail_over(self, to: str | None = None) -> None:
        """FailoverDBCluster; the parameter is left out where no reader is named, since boto3 refuses None."""
        named = {} if to is None else {"TargetDBInstanceIdentifier": to}
        with self._asking("rds:FailoverDBCluster", FaultError):
            self.rds.failover_db_cluster(DBClusterIdentifier=self.cluster, **named)

    def reboot(self, instance: str) -> None:
        """RebootDBInstance, without a failover: boto3 leaves ForceFailover out where it is not named."""
        with self._asking("rds:RebootDBInstance", FaultError):
            self.rds.reboot_db_instance(DBInstanceIdentifier=instance)

    def failover_events(self, since: datetime) -> tuple[str, ...]:
        """DescribeEvents of the cluster, category failover. AWS's clock may be a little behind ours: two seconds."""
        with self._asking("rds:DescribeEvents"):
            events = self.rds.describe_events(
                SourceType="db-cluster",
                SourceIdentifier=self.cluster,
                EventCategories=["failover"],
                StartTime=since.astimezone(UTC) - timedelta(seconds=2),
            )["Events"]
        since_s = since.timestamp() - 2
        recent = [each for each in events if each["Date"].timestamp() >= since_s]
        return tuple(each["Message"] for each in sorted(recent, key=lambda each: each["Date"]))

    def start_fault(
        self, action: str, *, duration_s: float, mark: str, parameters: Mapping[str, str] | None = None
    ) -> str:
        """Start an experiment of one action on the cluster."""
        self.fis.require(action)
        aim = Aim(key="Clusters", resource_type="aws:rds:cluster", arns=(self._described()["DBClusterArn"],))
        return self.fis.start(action, aim, parameters={**lasting(action, duration_s), **(parameters or {})}, mark=mark)

    def fault_state(self, experiment: str) -> tuple[str, str]:
        """GetExperiment's state."""
        return self.fis.state(experiment)

    def stop_fault(self, experiment: str) -> None:
        """StopExperiment, and wait until it says that it is over."""
        self.fis.stop(experiment)

    def stop_faults(self, mark: str) -> int:
        """ListExperiments, and stop those of the mark."""
        return self.fis.stop_all(mark)

    def allow_command(self) -> str:
        """The command that sets the tag without which nothing is broken."""
        endpoint = f" --endpoint-url {self.endpoint_url}" if self.endpoint_url else ""
        return (
            f"aws rds add-tags-to-resource --region {self.session.region_name}{endpoint} "
            f"--resource-name {self._described()['DBClusterArn']} --tags Key=drill,Value=allowed"
        )

    def _described(self) -> DBClusterTypeDef:
        with self._asking("rds:DescribeDBClusters"):
            return self.rds.describe_db_clusters(DBClusterIdentifier=self.cluster)["DBClusters"][0]

    def _asking(self, action: str, kind: type[TargetError | FaultError] = TargetError) -> AbstractContextManager[None]:
        where = self.endpoint_url or f"AWS in {self.session.region_name}"
        return asking(action, kind, what=self.cluster, where=where)


def _member(listed: Any, described: Any, *, port: int) -> Member:
    endpoint = described.get("Endpoint", {})
    return Member(
        identifier=listed["DBInstanceIdentifier"],
        zone=described.get("AvailabilityZone", "?"),
        is_writer=listed["IsClusterWriter"],
        status=described["DBInstanceStatus"],
        tier=listed.get("PromotionTier", 1),
        host=endpoint.get("Address", ""),
        port=endpoint.get("Port", port),
    )
