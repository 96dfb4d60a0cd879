"""One lab with DynamoDB alone, and plain boto3 clients, which ask once, so that what is refused is seen."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config

from lab import life
from lab.life import Lab

EAST, WEST = "us-east-1", "us-west-2"
ACCOUNT = "123456789012"


def client(lab: Lab, service: str = "dynamodb", region: str = EAST, **config: Any) -> Any:
    """Make a client that never retries."""
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=lab.dynamodb_endpoint_url,
        region_name=region,
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(**{"retries": {"total_max_attempts": 1}, "connect_timeout": 2, "read_timeout": 5, **config}),
    )


class Aws:
    """Clients of a lab, and what tests do with them."""

    def __init__(self, lab: Lab) -> None:
        """Ask this lab."""
        self.lab = lab
        self.east, self.west = client(lab), client(lab, region=WEST)
        self.fis = client(lab, "fis")

    def table(self, **how: Any) -> str:
        """Make a table with the key `id`, on demand unless told otherwise; gives its name."""
        name = f"t-{uuid.uuid4().hex[:12]}"
        asked: dict[str, Any] = {
            "TableName": name,
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
        self.east.create_table(**{**asked, **how})
        return name

    def global_table(self) -> str:
        """Make one with a replica in the other region."""
        name = self.table()
        self.east.update_table(TableName=name, ReplicaUpdates=[{"Create": {"RegionName": WEST}}])
        return name

    @contextmanager
    def broken(self, action: str, table: str, region: str = EAST, **parameters: str) -> Iterator[None]:
        """Have an experiment run for the length of a block, and be stopped at its end."""
        identifier = self.begun(action, table, region, **parameters)
        try:
            yield
        finally:
            self.fis.stop_experiment(id=identifier)
            eventually(lambda: self.status(identifier) == "stopped", "the experiment to stop")

    def begun(self, action: str, table: str, region: str = EAST, **parameters: str) -> str:
        """Have an experiment run; gives its id."""
        pausing = action.startswith("aws:")
        kind = "aws:dynamodb:global-table" if pausing else "aws:dynamodb:table"
        arn = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{table}"
        template = self.fis.create_experiment_template(
            clientToken=uuid.uuid4().hex,
            description="a test's",
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/fis",
            stopConditions=[{"source": "none"}],
            targets={"these": {"resourceType": kind, "resourceArns": [arn], "selectionMode": "ALL"}},
            actions={"break": {"actionId": action, "parameters": parameters, "targets": {"Tables": "these"}}},
        )["experimentTemplate"]["id"]
        started = self.fis.start_experiment(clientToken=uuid.uuid4().hex, experimentTemplateId=template)
        identifier = str(started["experiment"]["id"])
        eventually(lambda: self.status(identifier) == "running", "the experiment to run")
        return identifier

    def status(self, identifier: str) -> str:
        """Tell the status of an experiment that has not failed."""
        state = self.fis.get_experiment(id=identifier)["experiment"]["state"]
        assert state["status"] != "failed", state["reason"]
        return str(state["status"])


def eventually(look: Callable[[], Any], what: str, within_s: float = 5.0) -> Any:
    """Give what `look` gives once it gives something true; fails naming what was waited for."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {within_s:g} s for {what}"
        time.sleep(0.005)
    return found


@pytest.fixture(scope="session")
def _aws() -> Iterator[Aws]:
    with life.running(f"t-dynamodb-{os.getpid()}", services=("dynamodb",)) as lab:
        yield Aws(lab)


@pytest.fixture
def aws(_aws: Aws) -> Aws:
    """Clients of one lab for all tests, each of which makes tables of its own."""
    return _aws


def item(key: str, **attributes: str) -> dict[str, Any]:
    """An item with text attributes."""
    return {name: {"S": value} for name, value in {"id": key, **attributes}.items()}


def found(dynamodb: Any, table: str, key: str) -> dict[str, Any] | None:
    """What stands under that key, strongly read."""
    answer = dynamodb.get_item(TableName=table, Key=item(key), ConsistentRead=True)
    return answer.get("Item")  # type: ignore[no-any-return]
