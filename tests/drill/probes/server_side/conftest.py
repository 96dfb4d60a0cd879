"""A shop in a schema of each test's own, an ordinary role that owns it, and a reader that replicates."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from drill.targets.postgres import Address
from tests.drill.probes.server import BIN, Server, as_somebody, wait_until
from tests.drill.probes.server_side.shop import MAKE

ROLE = "ordinary"
_numbers = itertools.count()


@pytest.fixture
def address(postgres: Server) -> Address:
    """An ordinary role's way in, which may see statistics."""
    if not postgres.run(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):  # noqa: S608 - a test's own words
        postgres.run(f"CREATE ROLE {ROLE} LOGIN IN ROLE pg_monitor", f"GRANT CREATE ON DATABASE postgres TO {ROLE}")
    return replace(postgres.address, user=ROLE)


@pytest.fixture
def schema(postgres: Server, address: Address) -> Iterator[str]:
    """A shop that belongs to the ordinary role."""
    name = f"drill_seen_{next(_numbers)}"
    postgres.run(f"CREATE SCHEMA {name} AUTHORIZATION {address.user}", f"SET ROLE {address.user}; {MAKE.format(name)}")
    yield name
    if postgres.process is not None:
        postgres.run(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(scope="session")
def _reader(_postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A streaming replica, which is up when it replays what the writer has."""
    reader = Server(directory=tmp_path_factory.mktemp("reader"))
    if _postgres.process is None:
        _postgres.start()
    data = reader.directory / "data"
    source = f"host=127.0.0.1 port={_postgres.port} user=postgres application_name=reader"
    copy = as_somebody(BIN / "pg_basebackup", "-d", source, "-D", data, "-R", "-c", "fast", "--no-sync")
    subprocess.run(copy, check=True)
    reader.start()
    yield reader
    reader.stop()
    shutil.rmtree(data)


@pytest.fixture
def reader(_reader: Server, postgres: Server) -> Server:
    """The replica, up and replaying, whatever a test did to it or to its writer."""
    if _reader.process is None:
        _reader.start()
    _reader.run("SELECT pg_wal_replay_resume()")
    ((position,),) = postgres.run("SELECT pg_current_wal_lsn()")
    replayed = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
    wait_until(lambda: _reader.run(replayed) == [(True,)], "the reader has caught up", 30)
    return _reader
