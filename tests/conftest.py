"""One real PostgreSQL for whoever needs rows: a single instance that takes itself for a cluster.

And no secret of one test is known to another.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drill.secrets import known
from tests.drill.probes.server import LOCKED, Server

STATUS = """
CREATE FUNCTION pg_catalog.aurora_db_instance_identifier() RETURNS text LANGUAGE sql AS $$SELECT 'a'$$;
CREATE TABLE public.replicas (server_id text, session_id text, replica_lag_in_msec float8);
CREATE FUNCTION pg_catalog.aurora_replica_status() RETURNS SETOF public.replicas LANGUAGE sql
    AS $$SELECT * FROM public.replicas$$;
"""


@pytest.fixture(scope="session")
def _postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(directory=tmp_path_factory.mktemp("postgres"))
    server.create()
    server.start()
    server.run(STATUS, f"CREATE ROLE {LOCKED} LOGIN PASSWORD 'right-word'")
    yield server
    server.stop()


@pytest.fixture
def postgres(_postgres: Server) -> Server:
    """The server, up before the test and, whatever a test did to it, for the next."""
    if _postgres.process is None:
        _postgres.start()
    return _postgres


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test logs in with may stand in what another one reads."""
    monkeypatch.setattr(known, "_known", known.Known())
