"""A lab that is up, as its clients see it: boto3, psycopg, and the processes of its zones."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import psycopg
from botocore.exceptions import ClientError

from lab import patroni
from lab.layout import Layout
from lab.life import Lab
from lab.processes import below, wait_until
from tests.lab.api.conftest import Aws

WHOLE_S = 60.0
OVER = {"stopped", "completed", "failed"}
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Real:
    """One lab and how to ask it."""

    lab: Lab
    aws: Aws
    experiments: list[str] = field(default_factory=list)

    @cached_property
    def secret(self) -> dict[str, Any]:
        """What Secrets Manager says of the application's user."""
        found: dict[str, Any] = json.loads(self.aws.secrets.get_secret_value(SecretId=self.lab.secret)["SecretString"])
        return found

    # What the APIs say.

    def cluster(self) -> dict[str, Any]:
        """The cluster."""
        found: dict[str, Any] = self.aws.rds.describe_db_clusters(DBClusterIdentifier=self.lab.cluster)["DBClusters"][0]
        return found

    def writer(self) -> str | None:
        """Who has the writer flag."""
        members = self.cluster()["DBClusterMembers"]
        return next((each["DBInstanceIdentifier"] for each in members if each["IsClusterWriter"]), None)

    def statuses(self) -> dict[str, str]:
        """The status of each instance."""
        return {
            each["DBInstanceIdentifier"]: each["DBInstanceStatus"]
            for each in self.aws.rds.describe_db_instances()["DBInstances"]
        }

    def hosts(self) -> dict[str, str]:
        """The address of each instance."""
        return {
            each["DBInstanceIdentifier"]: each["Endpoint"]["Address"]
            for each in self.aws.rds.describe_db_instances()["DBInstances"]
        }

    def readers(self) -> list[str]:
        """All others, by name."""
        return sorted(set(self.hosts()) - {self.writer()})

    def messages(self, source: str | None = None) -> list[str]:
        """Every event so far, of the cluster or of an instance."""
        kind = "db-cluster" if source is None else "db-instance"
        asked = {"SourceType": kind, "SourceIdentifier": source or self.lab.cluster}
        return [each["Message"] for each in self.aws.rds.describe_events(**asked)["Events"]]

    # What the instances say.

    def connect(self, host: str, **how: Any) -> psycopg.Connection[Any]:
        """Connect as the application, by an address."""
        given = {
            "user": self.secret["username"],
            "password": self.secret["password"],
            "dbname": self.secret["dbname"],
            "connect_timeout": 3,
            "autocommit": True,
            "sslmode": "verify-full",
            "sslrootcert": str(self.lab.ca_file),
        }
        return psycopg.connect(host=host, port=self.lab.port, **given | how)

    def rows(self, host: str, query: str) -> list[tuple[Any, ...]]:
        """What an address answers."""
        with self.connect(host) as connection:
            return connection.execute(query.encode()).fetchall()

    def value(self, host: str, query: str) -> Any:
        """The one value that an address answers."""
        return self.rows(host, query)[0][0]

    def name_at(self, host: str) -> str | None:
        """Which instance an address leads to; None where it leads to nobody."""
        with suppress(psycopg.OperationalError):
            return str(self.value(host, "SELECT aurora_db_instance_identifier()"))
        return None

    def sessions(self, host: str) -> dict[str, str]:
        """The members and their sessions, as an instance tells them to drivers."""
        return dict(self.rows(host, "SELECT server_id, session_id FROM aurora_replica_status()"))

    # Waiting.

    def await_whole(self) -> str:
        """Wait until nothing is left of what was done to it; gives the writer's name."""
        missing: list[str] = []

        def whole() -> bool:
            missing[:] = self._missing()
            return not missing

        try:
            wait_until(whole, deadline_s=WHOLE_S, what="the cluster to be whole", pause_s=0.1)
        except TimeoutError as error:
            raise TimeoutError(f"{error}: {missing}") from error
        writer = self.writer()
        assert writer is not None
        return writer

    def _missing(self) -> list[str]:
        """What it lacks."""
        cluster, statuses, writer = self.cluster(), self.statuses(), self.writer()
        if cluster["Status"] != "available" or set(statuses.values()) != {"available"} or writer is None:
            return [cluster["Status"], str(statuses)]
        hosts, members = self.hosts(), set(statuses)
        try:
            told = {name: self.sessions(host) for name, host in hosts.items()}
            quorum = self.rows(
                hosts[writer], "SELECT application_name FROM pg_stat_replication WHERE sync_state = 'quorum'"
            )
            led_to = {self.name_at(self.lab.reader) for _ in range(4)}
        except psycopg.OperationalError as error:
            return [str(error)]
        masters = {name: [each for each in sessions if is_master(sessions[each])] for name, sessions in told.items()}
        return [
            *(f"{name} names {masters[name]}" for name in members if masters[name] != [writer]),
            *(f"{name} knows {sorted(told[name])}" for name in members if set(told[name]) != members),
            *([f"quorum {quorum}"] if {each for (each,) in quorum} != members - {writer} else []),
            *([f"the reader endpoint leads to {led_to}"] if led_to != members - {writer} else []),
            *([] if self.name_at(self.lab.writer) == writer else ["the writer endpoint leads elsewhere"]),
        ]

    def eventually(self, look: Callable[[], Any], what: str, *, within_s: float = 20.0) -> None:
        """Wait until something shows."""
        wait_until(lambda: bool(look()), deadline_s=within_s, what=what)

    def fail_over(self, **to: str) -> dict[str, Any]:
        """Ask for a failover, as soon as the cluster grants it; gives the cluster as answered."""
        ends_at = time.monotonic() + 10
        while True:
            try:
                answered: dict[str, Any] = self.aws.rds.failover_db_cluster(DBClusterIdentifier=self.lab.cluster, **to)[
                    "DBCluster"
                ]
            except ClientError:
                if time.monotonic() > ends_at:
                    raise
            else:
                return answered

    # Faults.

    @contextmanager
    def fault(self, name: str, duration: str = "PT1M", **parameters: str) -> Iterator[str]:
        """Run a FIS experiment of one of the lab's own actions for the length of a block; gives its id."""
        template = self.aws.fis.create_experiment_template(
            clientToken=str(time.monotonic_ns()),
            description="a test",
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/drill",
            stopConditions=[{"source": "none"}],
            targets={
                "cluster": {
                    "resourceType": "aws:rds:cluster",
                    "resourceArns": [self.cluster()["DBClusterArn"]],
                    "selectionMode": "ALL",
                }
            },
            actions={
                "fault": {
                    "actionId": f"lab:{name}",
                    "parameters": {"duration": duration, **parameters},
                    "targets": {"Clusters": "cluster"},
                }
            },
        )["experimentTemplate"]["id"]
        experiment = self.aws.fis.start_experiment(experimentTemplateId=template)["experiment"]["id"]
        try:
            self.eventually(lambda: self.state(experiment) != "initiating", f"{name} to have begun")
            assert self.state(experiment) in {"running", "completed"}, self.aws.fis.get_experiment(id=experiment)
            yield experiment
        finally:
            self.aws.fis.stop_experiment(id=experiment)
            self.eventually(lambda: self.state(experiment) in OVER, f"{name} to be undone")

    def state(self, experiment: str) -> str:
        """How an experiment stands."""
        return str(self.aws.fis.get_experiment(id=experiment)["experiment"]["state"]["status"])

    def supervisors(self, instance: str) -> list[psutil.Process]:
        """The Patroni of an instance's zone, if there is one."""
        return [each for each in below(self.zone_folder(instance)) if "patroni" in each.cmdline()]

    def is_supervised(self, instance: str) -> bool:
        """Whether Patroni says that its instance is a running member."""
        layout = Layout.load(self.lab.folder)
        with suppress(OSError):
            return '"state": "running"' in patroni.ask(layout, layout.zone(instance), "GET", "/patroni")
        return False

    def zone_folder(self, instance: str) -> Path:
        """The folder of everything in an instance's zone."""
        return self.lab.folder / f"zone-{instance[-1]}"


def is_master(session: str) -> bool:
    """Whether it is the session of the writer, by Aurora's word for it."""
    return session == "MASTER_SESSION_ID"
