"""A shop of two tables and a bank of two, on the real server, in a schema of the test's own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from drill.requests import Surroundings
from tests.drill.probes.server import Server, wait_until

TABLES = """
CREATE TABLE {0}.accounts (id int PRIMARY KEY, balance bigint NOT NULL);
INSERT INTO {0}.accounts SELECT id, 1000 FROM generate_series(1, 20) AS id;
CREATE TABLE {0}.transfers (key text UNIQUE, source int, destination int, amount bigint);
CREATE TABLE {0}.notes (key text, words text);
"""
_numbers = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The server, and where on it the test's tables are."""

    server: Server
    schema: str

    @property
    def surroundings(self) -> Surroundings:
        """A small pool with patience; a test replaces what it is about."""
        return Surroundings(
            writer=self.server.address,
            schema=self.schema,
            pool_size=2,
            pool_timeout_s=8,
            deadline_s=15,
            statement_timeout_s=10,
            lock_timeout_s=10,
            idle_in_transaction_timeout_s=10,
        )

    def run(self, sql: str) -> list[tuple[object, ...]]:
        """Run SQL in which {0} is the schema, beside the application."""
        return self.server.run(sql.replace("{0}", self.schema))

    def balances(self) -> dict[int, int]:
        """Those that are not as they were."""
        rows = self.run("SELECT id, balance FROM {0}.accounts WHERE balance <> 1000")
        return dict(rows)

    def ledger(self) -> list[str]:
        """The keys of all transfers that were done."""
        return sorted(key for (key,) in self.run("SELECT key FROM {0}.transfers"))

    def notes(self) -> list[str]:
        """What requests have written."""
        return sorted(words for (words,) in self.run("SELECT words FROM {0}.notes"))

    def terminate(self) -> None:
        """End every connection of the application, as an administrator does."""
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'shop'")

    def connections(self) -> int:
        """How many the application has, as the server sees it."""
        ((count,),) = self.run("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'shop'")
        return int(str(count))

    def waiting_for_a_lock(self) -> bool:
        """Whether the application waits for a lock of somebody else."""
        return bool(self.run("SELECT 1 FROM pg_stat_activity WHERE application_name='shop' AND wait_event_type='Lock'"))


@pytest.fixture
def shop(postgres: Server) -> Iterator[Shop]:
    """Twenty accounts of 1000 each, no transfers, no notes."""
    made = Shop(server=postgres, schema=f"drill_app{next(_numbers)}")
    postgres.run(f"CREATE SCHEMA {made.schema}")
    made.run(TABLES)
    yield made
    if postgres.process is None:
        postgres.start()
    # Statements that were left at a deadline may still run.
    made.terminate()
    wait_until(lambda: not made.connections(), "the application is gone")
    postgres.run(f"DROP SCHEMA {made.schema} CASCADE")
