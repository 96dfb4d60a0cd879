"""A real server for all, a schema for each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from drill.probes import tables
from tests.drill.probes.server import NAME, Server

IDENTIFY = f"""
CREATE FUNCTION pg_catalog.aurora_db_instance_identifier() RETURNS text LANGUAGE sql AS $$SELECT '{NAME}'$$
"""
_numbers = itertools.count()


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(directory=tmp_path_factory.mktemp("postgres"))
    server.create()
    server.start()
    server.run(IDENTIFY)
    yield server
    server.stop()


@pytest.fixture
def server(_server: Server) -> Server:
    """The server, up before the test and, whatever the test did to it, for the next."""
    if _server.process is None:
        _server.start()
    return _server


@pytest.fixture
def schema(server: Server) -> Iterator[str]:
    """A schema of the test's own with the probes' table in it."""
    name = f"drill_{next(_numbers)}"
    tables.create(server.address, name)
    yield name
    if server.process is not None:
        tables.drop(server.address, name)
