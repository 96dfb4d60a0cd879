"""DynamoDB tables, on AWS or behind an endpoint that speaks AWS's APIs: both by the same calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import boto3

from drill.errors import FaultError, TargetError
from drill.targets.boto import asking, config
from drill.targets.dynamodb.spec import TableSpec
from drill.targets.fis import Aim, FaultInjection, lasting
from drill.targets.rail import ALLOWED, TAG

REGIONAL = ("dynamodb", "cloudwatch", "application-autoscaling", "fis")
GLOBAL = ("budgets", "sts")
"""Services of an account, which are asked in the target's own region."""
ACTIVE_DEADLINE_S = 120.0
PAUSE_REPLICATION = "aws:dynamodb:global-table-pause-replication"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables of a target; `tables` are those that drill.toml names, beside which a run makes its own.

    `replica_region` is where global tables have their other replica; None: nowhere.
    """

    name: str
    session: boto3.Session
    tables: tuple[str, ...] = ()
    endpoint_url: str | None = None
    replica_region: str | None = None
    profile: str | None = None
    fis_role: str | None = None
    sleep: Callable[[float], None] = time.sleep
    _clients: dict[tuple[str, str], Any] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Make the clients now, on the thread that made us: the first use of one elsewhere is not safe."""
        for service in REGIONAL:
            for region in self.regions:
                self._clients[service, region] = self._client(service, region)
        for service in GLOBAL:
            self._clients[service, self.region] = self._client(service, self.region)

    @property
    def region(self) -> str:
        """The region that applications use first."""
        return str(self.session.region_name)

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region with a replica, the own one first."""
        return (self.region, self.replica_region) if self.replica_region else (self.region,)

    @property
    def identity(self) -> str:
        """Where they are, and their names there."""
        return f"{self.endpoint_url or 'aws'}/{self.region}/{','.join(self.tables) or 'tables'}"

    def client(self, service: str = "dynamodb", *, region: str | None = None) -> Any:
        """The client of a service in a region, by default the own one; made when the target was."""
        return self._clients[service, region or self.region]

    def describe(self, table: str, *, region: str | None = None) -> dict[str, Any]:
        """DescribeTable's Table."""
        with self.asking("dynamodb:DescribeTable", what=f"the table {table}", region=region):
            found: dict[str, Any] = self.client(region=region).describe_table(TableName=table)["Table"]
        return found

    def tags(self, table: str) -> dict[str, str]:
        """ListTagsOfResource of the table."""
        arn = self.describe(table)["TableArn"]
        with self.asking("dynamodb:ListTagsOfResource", what=f"the table {table}"):
            pages = self.client().get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
            return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}

    def allow_command(self, table: str) -> str:
        """The command that sets the tag without which nothing is broken."""
        endpoint = f" --endpoint-url {self.endpoint_url}" if self.endpoint_url else ""
        return (
            f"aws dynamodb tag-resource --region {self.region}{endpoint} "
            f"--resource-arn {self.describe(table)['TableArn']} --tags Key={TAG},Value={ALLOWED}"
        )

    def create(self, spec: TableSpec) -> None:
        """Make a table of the run's own, tagged as one that may be broken; returns when all of it is active."""
        what = f"the table {spec.name}"
        with self.asking("dynamodb:CreateTable", what=what):
            self.client().create_table(**spec.request(), Tags=[{"Key": TAG, "Value": ALLOWED}])
        self._await_active(spec.name, self.region)
        if spec.replicated and self.replica_region:
            with self.asking("dynamodb:UpdateTable", what=what):
                self.client().update_table(
                    TableName=spec.name, ReplicaUpdates=[{"Create": {"RegionName": self.replica_region}}]
                )
            self._await_active(spec.name, self.region)
            self._await_active(spec.name, self.replica_region)

    def delete(self, table: str) -> None:
        """Delete a table and its replica; one that is not there is as good."""
        for region in reversed(self.regions):
            with self.asking("dynamodb:DeleteTable", FaultError, what=f"the table {table}", region=region):
                try:
                    self.client(region=region).delete_table(TableName=table)
                except self.client(region=region).exceptions.ResourceNotFoundException:
                    continue

    def delete_command(self, table: str) -> str:
        """What a person types to delete it."""
        endpoint = f" --endpoint-url {self.endpoint_url}" if self.endpoint_url else ""
        return f"aws dynamodb delete-table --region {self.region}{endpoint} --table-name {table}"

    def can(self, action: str) -> bool:
        """Whether FIS lists the action."""
        return self._fis(self.region).can(action)

    def start_fault(
        self,
        action: str,
        *,
        tables: tuple[str, ...],
        duration_s: float,
        mark: str,
        parameters: Mapping[str, str] | None = None,
        region: str | None = None,
    ) -> str:
        """Start an experiment of one action on these tables, tagged with `mark`; its id."""
        fis = self._fis(region or self.region)
        fis.require(action)
        kind = "aws:dynamodb:global-table" if action == PAUSE_REPLICATION else "aws:dynamodb:table"
        arns = tuple(self.describe(table, region=region)["TableArn"] for table in tables)
        aim = Aim(key="Tables", resource_type=kind, arns=arns)
        return fis.start(action, aim, parameters={**lasting(action, duration_s), **(parameters or {})}, mark=mark)

    def fault_state(self, experiment: str, *, region: str | None = None) -> tuple[str, str]:
        """Its status, as FIS says it, and the reason."""
        return self._fis(region or self.region).state(experiment)

    def stop_fault(self, experiment: str, *, region: str | None = None) -> None:
        """Stop it, and wait until it says that it is over."""
        self._fis(region or self.region).stop(experiment)

    def stop_faults(self, mark: str) -> int:
        """Stop every experiment of the mark that still runs, in every region; how many there were."""
        return sum(self._fis(region).stop_all(mark) for region in self.regions)

    def asking(
        self,
        action: str,
        kind: type[TargetError | FaultError] = TargetError,
        *,
        what: str | None = None,
        region: str | None = None,
    ) -> AbstractContextManager[None]:
        """Turn what boto3 raises within the block into one sentence of ours."""
        where = self.endpoint_url or f"AWS in {region or self.region}"
        return asking(action, kind, what=what or self.name, where=where)

    def _fis(self, region: str) -> FaultInjection:
        def asking_there(
            action: str, kind: type[TargetError | FaultError] = TargetError
        ) -> AbstractContextManager[None]:
            return self.asking(action, kind, region=region)

        return FaultInjection(
            client=self.client("fis", region=region),
            name=self.name,
            what=self.name,
            role=self.fis_role,
            asking=asking_there,
        )

    def _client(self, service: str, region: str) -> Any:
        make: Any = self.session.client  # boto3-stubs knows only the names of services that are written out
        return make(service, region_name=region, endpoint_url=self.endpoint_url, config=config())

    def _await_active(self, table: str, region: str) -> None:
        ends_at = time.monotonic() + ACTIVE_DEADLINE_S
        while (status := self._status(table, region)) != "ACTIVE":
            if time.monotonic() > ends_at:
                raise TargetError(
                    f"the table {table} in {region} is {status}, {ACTIVE_DEADLINE_S:g} s after it was asked for"
                )
            self.sleep(0.05 if self.endpoint_url else 1.0)

    def _status(self, table: str, region: str) -> str:
        """ACTIVE once the table, its indexes and its replicas are; a replica may not be there at all yet."""
        with self.asking("dynamodb:DescribeTable", what=f"the table {table}", region=region):
            client = self.client(region=region)
            try:
                found = client.describe_table(TableName=table)["Table"]
            except client.exceptions.ResourceNotFoundException:
                return "not there"
        parts = [found["TableStatus"]]
        parts += [each.get("IndexStatus", "ACTIVE") for each in found.get("GlobalSecondaryIndexes", ())]
        parts += [each.get("ReplicaStatus", "ACTIVE") for each in found.get("Replicas", ())]
        return next((each for each in parts if each != "ACTIVE"), "ACTIVE")
