"""The target as drill uses it, on the lab's real HTTP API before a cluster in memory.

Server and target are made once, since boto3's clients take half a second; the cluster is as new for each test.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from drill.config import AuroraSettings
from drill.targets.aurora import Aurora
from drill.targets.connect import connect
from lab.api import Server, serve
from tests.drill.probes.server import Server as Postgres
from tests.lab.api.cluster import InMemory, three
from tests.lab.api.conftest import IDENTITY


@pytest.fixture(scope="package")
def _cluster() -> InMemory:
    return InMemory()


@pytest.fixture(scope="package")
def server(_cluster: InMemory) -> Iterator[Server]:
    """The lab's AWS endpoint."""
    with closing(serve(_cluster, host="127.0.0.1", port=0, identity=IDENTITY)) as up:
        yield up


@pytest.fixture(scope="package")
def settings(server: Server) -> AuroraSettings:
    """What drill.toml would say of it."""
    return AuroraSettings(kind="aurora", region="us-east-1", cluster="lab", secret="lab/app", endpoint_url=server.url)


@pytest.fixture(scope="package")
def _aurora(settings: AuroraSettings) -> Aurora:
    return connect("staging", settings, {})


@pytest.fixture
def cluster(_cluster: InMemory, postgres: Postgres) -> InMemory:
    """Three instances of which every endpoint leads to the one PostgreSQL that there is."""
    here = three()
    instances = tuple(replace(each, host="127.0.0.1", port=postgres.port) for each in here.instances)
    hosts = {"writer_host": "127.0.0.1", "reader_host": "127.0.0.1", "port": postgres.port}
    _cluster.now = replace(here, instances=instances, **hosts)  # type: ignore[arg-type]
    _cluster.target = None
    _cluster.injected.clear()
    _cluster.undone.clear()
    return _cluster


@pytest.fixture
def aurora(_aurora: Aurora, cluster: InMemory) -> Aurora:  # noqa: ARG001 - as new
    """The target, its credentials from its secret."""
    return _aurora
