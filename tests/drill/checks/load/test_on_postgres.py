"""The same judgements of what a real PostgreSQL says of itself: its plans, its counters, its catalogue."""

from collections.abc import Iterator

import polars as pl
import pytest

from drill.checks.load import (
    Reason,
    diagnose,
    every_pattern_is_served_by_an_index,
    foreign_keys_are_indexed,
    index_saves,
    no_duplicate_index,
    no_redundant_index,
)
from drill.checks.load.access.nodes import planned
from drill.history import History
from drill.probes.server.counters import counters
from drill.probes.server.inventory import foreign_keys, indexes
from drill.probes.server.plans import plans
from drill.requests import Request, Statement
from drill.verdict import Ruling
from tests.drill.checks.load.stories import quiet
from tests.drill.probes.server import Server

SCHEMA = "judged"

MADE = (
    "DROP SCHEMA IF EXISTS judged CASCADE",
    "CREATE SCHEMA judged",
    "CREATE TABLE judged.customers (id int PRIMARY KEY)",
    "INSERT INTO judged.customers SELECT * FROM generate_series(1, 1000)",
    """CREATE TABLE judged.orders (id int PRIMARY KEY, customer_id int REFERENCES judged.customers, status text,
                                   created_at int, note text) WITH (autovacuum_enabled = off)""",
    """INSERT INTO judged.orders
       SELECT n, 1 + n % 1000, CASE WHEN n % 1000 = 0 THEN 'open' ELSE 'done' END, n, repeat('x', 100)
       FROM generate_series(1, 30000) AS n""",
    "CREATE INDEX orders_customer ON judged.orders (customer_id, created_at)",
    "CREATE INDEX orders_status ON judged.orders (status)",
    "ANALYZE judged.customers",
    "ANALYZE judged.orders",
)

PATTERNS = {
    "of-customer": "SELECT id FROM orders WHERE customer_id = 7 ORDER BY created_at DESC LIMIT 10",
    "open": "SELECT id FROM orders WHERE status = 'open' ORDER BY created_at LIMIT 20",
    "by-id": "SELECT status FROM orders WHERE id = 7",
}


@pytest.fixture
def server(postgres: Server) -> Iterator[Server]:
    """A server with a table of orders, every pattern of which is served by an index."""
    postgres.run(*MADE)
    yield postgres
    postgres.run("DROP SCHEMA judged CASCADE")


def seen(server: Server, moment: str, executions: int = 1) -> dict[str, pl.DataFrame]:
    """What the probes record of a server at a moment."""
    wanted = [
        Request(key=name, pattern=name, statements=(Statement(sql=sql),), reads_only=True)
        for name, sql in PATTERNS.items()
    ]
    return {
        "plans": plans(server.address, SCHEMA, wanted, moment=moment, executions=executions),
        "counters": counters(server.address, SCHEMA, moment=moment, instance="a"),
        "indexes": indexes(server.address, SCHEMA),
        "foreign_keys": foreign_keys(server.address, SCHEMA),
    }


def told(*moments: dict[str, pl.DataFrame]) -> History:
    """A history of these moments; of the catalogue the last one counts."""
    story = quiet().told()
    tables = {
        name: pl.concat([each[name] for each in moments]) if name in {"plans", "counters"} else moments[-1][name]
        for name in moments[0]
    }
    return History(operations=story.operations, anchor=story.anchor, tables=tables)


def test_served(server: Server) -> None:
    """Each pattern goes through the index that was made for it, and nothing is wrong with them."""
    history = told(seen(server, "before"))
    used = {each.pattern: {scan.index for scan in each.scans} for each in planned(history)}
    assert used == {"of-customer": {"orders_customer"}, "open": {"orders_status"}, "by-id": {"orders_pkey"}}
    assert every_pattern_is_served_by_an_index()(history)
    assert foreign_keys_are_indexed()(history)
    assert no_duplicate_index()(history)
    assert no_redundant_index()(history)
    assert not diagnose(told(seen(server, "before"), seen(server, "during")))


def test_index_dropped(server: Server) -> None:
    """An index that is gone is named as the cause, and the one that would mend it is told."""
    before = seen(server, "before")
    server.run("DROP INDEX judged.orders_customer")
    history = told(before, seen(server, "during"))
    first = diagnose(history)[0]
    assert (first.reason, first.subject) == (Reason.MISSING_INDEX, "orders_customer")
    assert not foreign_keys_are_indexed()(history)
    verdict = every_pattern_is_served_by_an_index()(told(seen(server, "during")))
    assert verdict.ruling is Ruling.BROKEN
    assert "CREATE INDEX CONCURRENTLY ON orders (customer_id);" in verdict.evidence[0]


def test_statistics_gone_stale(server: Server) -> None:
    """Rows that were rare and are many now, which nobody told the planner, are named as stale statistics."""
    before = seen(server, "before")
    server.run("UPDATE judged.orders SET status = 'open' WHERE id % 2 = 0")
    history = told(before, seen(server, "during"))
    first = diagnose(history)[0]
    assert (first.reason, first.subject) == (Reason.STALE_STATISTICS, "orders")
    assert "open finds" in first.detail
    server.run("ANALYZE judged.orders")
    assert not diagnose(told(before, seen(server, "during")))


def test_duplicates_made(server: Server) -> None:
    """Indexes that are the same, and one that begins another, are found in the real catalogue."""
    server.run(
        "CREATE INDEX orders_twice ON judged.orders (status)",
        "CREATE INDEX orders_short ON judged.orders (customer_id)",
        "CREATE INDEX orders_backwards ON judged.orders (status DESC)",
    )
    history = told(seen(server, "before"))
    assert [line.split()[0] for line in no_duplicate_index()(history).evidence] == ["orders_twice"]
    assert [line.split()[0] for line in no_redundant_index()(history).evidence] == ["orders_short"]


def test_saves(server: Server) -> None:
    """With its index a pattern takes a small part of the time that it takes without."""
    usual = seen(server, "before", executions=5)
    server.run("DROP INDEX judged.orders_customer")
    away = seen(server, "after", executions=5)
    only = away["plans"].filter(pl.col("pattern") == "of-customer")
    taken = only.with_columns(without=pl.lit("orders_customer", dtype=pl.Categorical()))
    alone = usual["plans"].filter(pl.col("pattern") == "of-customer")
    history = told({**usual, "plans": pl.concat([alone, taken])})
    assert index_saves(0.6)(history)
