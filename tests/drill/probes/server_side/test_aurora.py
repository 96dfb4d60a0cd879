"""Where a server does not know a question, or refuses it, it is not asked again, and the rest goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from drill.probes.server.sampler import sampling
from drill.targets.postgres import Address
from tests.drill.probes.server import Server
from tests.drill.probes.server_side.test_sampler import await_looks, monitors

POSITION = "FUNCTION pg_catalog.pg_last_wal_replay_lsn()"


@contextmanager
def changed(server: Server, to: str, back: str) -> Iterator[None]:
    """Something is otherwise for a while; catalogues replicate."""
    server.run(to)
    try:
        yield
    finally:
        server.run(back)


def test_a_reader_that_hides_its_position_lags_as_the_writer_reports(
    postgres: Server, address: Address, reader: Server
) -> None:
    """As on Aurora, whose readers refuse to tell positions in the log."""
    both = {"a": address, "z": address.at("127.0.0.1", reader.port)}
    postgres.run(
        f"GRANT SELECT ON replicas TO {address.user}",
        "TRUNCATE replicas",
        "INSERT INTO replicas VALUES ('a', 'MASTER_SESSION_ID', 0), ('z', 'reader', 42.5)",
    )
    hidden = changed(postgres, f"REVOKE ALL ON {POSITION} FROM PUBLIC", f"GRANT EXECUTE ON {POSITION} TO PUBLIC")
    try:
        with hidden, sampling(both) as sampler:
            await_looks(sampler, 8)
            assert len(monitors(reader)) == 1
    finally:
        postgres.run("TRUNCATE replicas")
    lags = sampler.tables()["lags"]
    assert lags["answers"].all()
    assert lags["lag_ms"][-1] == 42.5
    assert "a" not in set(lags["instance"])


def test_a_server_that_is_no_aurora_is_seen_all_the_same(postgres: Server, address: Address, reader: Server) -> None:
    """Without its functions, instances go by the names that they were given, and positions tell the lag."""
    both = {"a": address, "z": address.at("127.0.0.1", reader.port)}
    function = "FUNCTION pg_catalog.aurora_replica_status()"
    with (
        changed(
            postgres,
            f"ALTER {function} RENAME TO hidden",
            "ALTER FUNCTION pg_catalog.hidden() RENAME TO aurora_replica_status",
        ),
        sampling(both) as sampler,
    ):
        await_looks(sampler, 8)
        assert len(monitors(postgres)) == 1
    tables = sampler.tables()
    assert set(tables["samples"]["instance"]) == {"a", "z"}
    assert tables["lags"].filter(pl.col("answers"))["lag_ms"].null_count() == 0
