"""The shop's access patterns run on the shop, quickly, and can be repeated."""

# ruff: noqa: S608 - all of its SQL is the test's own

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest

from drill.load.audit import audit_shop
from drill.load.dataset import load_shop
from drill.load.dataset.sizes import FIRST_PLACED
from drill.load.pattern import Pattern
from drill.load.pattern_file import read
from drill.load.resolving import resolve
from drill.load.vetting import vet
from drill.load.workload import requests
from drill.requests import Request
from drill.targets.schemas import drop_statement
from scenarios import shop
from tests.drill.probes.server import Server

SCHEMA = "drill_patterns"
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "patterns.toml"
ALL = (*shop.PATTERNS, shop.CHECKOUT)


@pytest.fixture(scope="module")
def loaded(_postgres: Server) -> Iterator[Server]:
    """The shop at scale 1, once for all: at a smaller one a planner has no need of indexes."""
    if _postgres.process is None:
        _postgres.start()
    load_shop(_postgres.address, SCHEMA)
    yield _postgres
    _postgres.run(drop_statement(SCHEMA))


def perform(connection: psycopg.Connection[Any], request: Request) -> None:
    """As an application would: all statements in one transaction."""
    with connection.transaction():
        for each in request.statements:
            connection.execute(each.sql, dict(each.parameters))


def connect(server: Server) -> psycopg.Connection[Any]:
    """A connection that finds the shop."""
    connection = server.connect()
    connection.execute(f"SET search_path TO {SCHEMA}")
    return connection


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes."""
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def counts(server: Server) -> list[tuple[object, ...]]:
    """How many rows a load has put into the shop."""
    return server.run(
        f"SET search_path TO {SCHEMA}",
        f"SELECT (SELECT count(*) FROM orders WHERE id > {FIRST_PLACED}),"
        f" (SELECT count(*) FROM lines WHERE id > {FIRST_PLACED}),"
        f" (SELECT count(*) FROM payments WHERE id > {FIRST_PLACED})",
    )


def test_weights_are_shares_of_a_hundred() -> None:
    """85 of 100 requests read; each pattern has the requirement's objective."""
    assert sum(each.weight for each in shop.PATTERNS) == 100
    assert sum(each.weight for each in shop.READS) == 85
    assert [each.name for each in shop.PATTERNS if each.writes] == ["place-order", "pay-order"]
    assert {each.p95_ms for each in shop.PATTERNS} == {10.0}
    assert (shop.CHECKOUT.writes, shop.CHECKOUT.works_s) == (True, 0.05)


def test_the_patterns_pass_our_own_vetting(loaded: Server) -> None:
    """They parse, and those that read do not write."""
    vet(ALL, loaded.address, SCHEMA)


@pytest.mark.parametrize("pattern", ALL, ids=lambda each: each.name)
def test_every_pattern_is_served_by_an_index(loaded: Server, pattern: Pattern) -> None:
    """No statement reads a whole table, whatever values are drawn."""
    with connect(loaded) as connection:
        for request in islice(requests((pattern,), seed=3), 20):
            for each in request.statements:
                row = connection.execute("EXPLAIN (FORMAT JSON) " + each.sql, dict(each.parameters)).fetchone()
                assert row is not None
                kinds = {node["Node Type"] for node in nodes(row[0][0]["Plan"])}
                assert "Seq Scan" not in kinds, json.dumps(row[0])


def test_reads_find_something(loaded: Server) -> None:
    """Parameters are those of rows that exist."""
    with connect(loaded) as connection:
        for pattern in shop.READS:
            found = 0
            for request in islice(requests((pattern,), seed=4), 50):
                (each,) = request.statements
                found += len(connection.execute(each.sql, dict(each.parameters)).fetchall())
            assert found >= 40, pattern.name


def test_a_load_and_all_of_its_retries_leave_the_shop_in_order(loaded: Server) -> None:
    """Each request is done twice, as after an answer that was lost; it is there once, and whole."""
    wanted = list(islice(requests(ALL, seed=5, run="retried"), 400))
    before = counts(loaded)
    with connect(loaded) as connection:
        for request in wanted:
            perform(connection, request)
            perform(connection, request)
    placed = sum(each.pattern in {"place-order", "checkout"} for each in wanted)
    paid = sum(each.pattern in {"pay-order", "checkout"} for each in wanted)
    grown = [int(str(after)) - int(str(was)) for after, was in zip(counts(loaded)[0], before[0], strict=True)]
    assert placed
    assert grown == [placed, 3 * placed, paid]
    rows = audit_shop(loaded.address, SCHEMA)
    assert rows.filter(pl.col("expected") != pl.col("found")).is_empty()


def test_the_scale_moves_the_keys_that_are_asked_for() -> None:
    """A shop ten times as large is asked for all of its orders."""
    highest = {
        scale: max(
            int(str(each.statements[0].parameters["order"]))
            for each in islice(requests([p for p in shop.reads(scale) if p.name == "order-by-id"], seed=1), 500)
        )
        for scale in (0.1, 1.0, 10.0)
    }
    assert highest[0.1] <= 20_000 < highest[1.0] <= 200_000 < highest[10.0] <= 2_000_000


def test_the_worked_example_of_a_team_runs_on_the_shop(loaded: Server) -> None:
    """docs/examples/patterns.toml is what it says: read, resolved, vetted, and performed."""
    patterns = resolve(read(EXAMPLE), loaded.address, SCHEMA, file=EXAMPLE.name)
    vet(patterns, loaded.address, SCHEMA, file=EXAMPLE.name)
    with connect(loaded) as connection:
        for request in islice(requests(patterns, seed=1, run="example"), 100):
            perform(connection, request)
