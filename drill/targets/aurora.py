"""An Aurora PostgreSQL cluster, on AWS or behind an endpoint that speaks AWS's APIs: both by the same calls."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from drill.errors import FaultError, TargetError, Unsupported
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT
from drill.targets.boto import NO_CREDENTIALS, SAID, config
from drill.targets.postgres import Address
from drill.targets.secrets import read_secret
from drill.targets.target import Member, Topology

if TYPE_CHECKING:
    from mypy_boto3_fis import FISClient
    from mypy_boto3_rds import RDSClient
    from mypy_boto3_rds.type_defs import DBClusterTypeDef

MARK = "drill-run"
OVER = frozenset({"completed", "stopped", "failed", "cancelled"})
"""The states of a FIS experiment that has ended."""


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
    fis: FISClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the clients now, on the thread that made us: the first use of one elsewhere is not safe."""
        for service in ("rds", "fis"):
            client = self.session.client(service, endpoint_url=self.endpoint_url, config=config())
            object.__setattr__(self, service, client)

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
        with self._asking("fis:ListActions"):
            pages = self.fis.get_paginator("list_actions").paginate()
            return any(each["id"] == action for page in pages for each in page["actions"])

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
        """Make a template of one action, start it, and remove it again: the experiment keeps its own copy."""
        if not self.can(action):
            raise Unsupported(f"the target {self.name} offers no {action} (fis:ListActions)")
        if self.fis_role is None:
            raise Unsupported(f"{action} needs a role for FIS: set fis_role under [target.{self.name}]")
        described = self._described()
        lasting = {} if action.startswith("aws:") else {"duration": f"PT{round(duration_s)}S"}
        with self._asking("fis:CreateExperimentTemplate", FaultError):
            template = self.fis.create_experiment_template(
                clientToken=f"{mark}-template",
                description=f"drill: {action} on {self.cluster}",
                roleArn=self.fis_role,
                stopConditions=[{"source": "none"}],
                targets={
                    "cluster": {
                        "resourceType": "aws:rds:cluster",
                        "resourceArns": [described["DBClusterArn"]],
                        "selectionMode": "ALL",
                    }
                },
                actions={
                    "fault": {
                        "actionId": action,
                        "targets": {"Clusters": "cluster"},
                        "parameters": {**lasting, **(parameters or {})},
                    }
                },
                tags={MARK: mark},
            )["experimentTemplate"]["id"]
        try:
            with self._asking("fis:StartExperiment", FaultError):
                started = self.fis.start_experiment(clientToken=mark, experimentTemplateId=template, tags={MARK: mark})
        finally:
            with self._asking("fis:DeleteExperimentTemplate", FaultError):
                self.fis.delete_experiment_template(id=template)
        return started["experiment"]["id"]

    def fault_state(self, experiment: str) -> tuple[str, str]:
        """GetExperiment's state."""
        with self._asking("fis:GetExperiment", FaultError):
            state = self.fis.get_experiment(id=experiment)["experiment"]["state"]
        return state["status"], state.get("reason", "")

    def stop_fault(self, experiment: str, *, deadline_s: float = 30.0) -> None:
        """StopExperiment, and wait until it says that it is over."""
        ends_at = time.monotonic() + deadline_s
        if self.fault_state(experiment)[0] in OVER:
            return
        with self._asking("fis:StopExperiment", FaultError):
            self.fis.stop_experiment(id=experiment)
        while (state := self.fault_state(experiment))[0] not in OVER:
            if time.monotonic() > ends_at:
                raise FaultError(
                    f"the FIS experiment {experiment} is {state[0]}, {deadline_s:g} s after it was stopped"
                )
            time.sleep(0.05)
        if state[0] == "failed":
            raise FaultError(f"the FIS experiment {experiment} failed when it was stopped: {state[1]}")

    def stop_faults(self, mark: str) -> int:
        """ListExperiments, and stop those of the mark."""
        with self._asking("fis:ListExperiments", FaultError):
            pages = self.fis.get_paginator("list_experiments").paginate()
            listed = [each for page in pages for each in page["experiments"]]
        running = [
            each["id"]
            for each in listed
            if each.get("tags", {}).get(MARK) == mark and each["state"]["status"] not in OVER
        ]
        for experiment in running:
            self.stop_fault(experiment)
        return len(running)

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

    @contextmanager
    def _asking(self, action: str, kind: type[TargetError | FaultError] = TargetError) -> Iterator[None]:
        """Turn what boto3 raises into one sentence that names the call, the place and the remedy."""
        where = self.endpoint_url or f"AWS in {self.session.region_name}"
        try:
            yield
        except ClientError as error:
            said = error.response["Error"]
            code, message = said.get("Code", "?"), said.get("Message", "")
            remedy = f"; allow {action} to who runs this" if "AccessDenied" in code else ""
            raise kind(f"{action} for {self.cluster} at {where}: {code}: {message}{remedy}") from error
        except NO_CREDENTIALS as error:
            raise kind(f"{action} at {where}: {error}; log in to AWS, or name a profile in drill.toml") from error
        except (BotoCoreError, ResponseParserError) as error:
            told = " ".join(str(error).split())[:SAID]
            raise kind(f"{action} at {where}: {told}; is endpoint_url right, and the network there?") from error


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
