"""A lab's APIs on a cluster in memory, with its budget, alarms and metrics; asked by boto3 over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.config import Config

from lab.api import Identity, serve
from tests.lab.api.cluster import InMemory

IDENTITY = Identity(cluster="lab", database="shop", admin="a", admin_password="b", user="c", password="d")
INSTANCES = ("lab-a", "lab-b", "lab-c")
Client = Callable[[str], Any]


@pytest.fixture
def client() -> Iterator[Client]:
    """boto3's client of a service of that lab."""
    with ExitStack() as ending:
        server = serve(InMemory(), host="127.0.0.1", port=0, identity=IDENTITY)
        ending.callback(server.close)

        def made(service: str) -> Any:
            make: Any = boto3.client  # typed per service, by literal names only
            return make(
                service,
                endpoint_url=server.url,
                region_name="us-east-1",
                aws_access_key_id="any",
                aws_secret_access_key="any",
                config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=5),
            )

        yield made
