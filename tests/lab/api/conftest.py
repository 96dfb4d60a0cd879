"""A server per test, on a cluster in memory, and boto3's clients for it."""

from __future__ import annotations

import time
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from lab.api import Identity, Server, serve
from tests.lab.api.cluster import InMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IDENTITY = Identity(
    cluster="lab",
    database="shop",
    admin="boss",
    admin_password="boss-secret",
    user="app",
    password="app-secret",
)


class Aws:
    """The clients of one server, made when first used; they ask once, so that what is refused is seen."""

    def __init__(self, url: str) -> None:
        """Ask this server."""
        self._url = url

    @cached_property
    def rds(self) -> Any:
        """RDS."""
        return self._client("rds")

    @cached_property
    def fis(self) -> Any:
        """FIS."""
        return self._client("fis")

    @cached_property
    def secrets(self) -> Any:
        """Secrets Manager."""
        return self._client("secretsmanager")

    def _client(self, name: str) -> Any:
        make: Any = boto3.client  # typed per service, by literal names only
        return make(
            name,
            endpoint_url=self._url,
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=5),
        )


def eventually(look: Callable[[], Any], what: str, within_s: float = 5.0) -> Any:
    """Give what `look` gives once it gives something true; fails naming what was waited for."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {within_s:g} s for {what}"
        time.sleep(0.005)
    return found


@pytest.fixture
def cluster() -> InMemory:
    """Three instances in memory."""
    return InMemory()


@pytest.fixture
def server(cluster: InMemory) -> Iterator[Server]:
    """Serve that cluster."""
    with closing(serve(cluster, host="127.0.0.1", port=0, identity=IDENTITY)) as up:
        yield up


@pytest.fixture
def aws(server: Server) -> Aws:
    """Clients of that server."""
    return Aws(server.url)
