"""The shop is all there or not at all, skewed as shops are, and the same for the same seed."""

# ruff: noqa: S608 - all of its SQL is the test's own

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from drill.errors import TargetError
from drill.load.dataset import Sizes, load_shop
from drill.load.dataset.sizes import FIRST_PLACED
from drill.load.dataset.tables import NAMES
from drill.load.making import connected
from drill.targets.schemas import drop_statement
from tests.drill.probes.server import Server, wait_until
from tests.drill.roles import ordinary

SCHEMA = "drill_shop"
SMALL = 0.02
SIZES = Sizes.at(SMALL)


@pytest.fixture
def server(postgres: Server) -> Iterator[Server]:
    """The server, without a shop before and after."""
    postgres.run(drop_statement(SCHEMA))
    yield postgres
    if postgres.process is None:
        postgres.start()
    postgres.run(drop_statement(SCHEMA))


def load(server: Server, *, seed: int = 1, say: Callable[[str], None] = lambda _line: None) -> None:
    """Load a small one."""
    load_shop(server.address, SCHEMA, scale=SMALL, seed=seed, say=say)


def digests(server: Server) -> dict[str, object]:
    """A hash of each table's rows."""
    question = "SELECT coalesce(sum(hashtextextended(each::text, 0)), 0) FROM {} AS each"
    with connected(server.address, SCHEMA, deadline_s=30) as connection:
        return {name: connection.execute(question.format(name)).fetchone() for name in NAMES}


def schemas(server: Server) -> list[tuple[object, ...]]:
    """The shop's schema, if it is there."""
    return server.run(f"SELECT nspname FROM pg_namespace WHERE nspname = '{SCHEMA}'")


def asked(server: Server, question: str) -> list[tuple[object, ...]]:
    """Ask in the shop's schema."""
    return server.run(f"SET search_path TO {SCHEMA}", question)


def test_the_same_seed_makes_the_same_rows(server: Server) -> None:
    """To the last one; another seed makes others."""

    def loaded(seed: int) -> dict[str, object]:
        server.run(drop_statement(SCHEMA))
        load(server, seed=seed)
        return digests(server)

    first, again, other = loaded(7), loaded(7), loaded(8)
    assert first == again
    assert {name for name in NAMES if first[name] != other[name]} == {"customers", "orders", "lines", "payments"}


def test_there_are_as_many_rows_as_the_scale_says(server: Server) -> None:
    """Customers and orders to the last one, about three lines an order, a payment for most orders."""
    load(server)
    counts = {name: asked(server, f"SELECT count(*) FROM {name}")[0][0] for name in NAMES}
    assert (counts["customers"], counts["orders"]) == (SIZES.customers, SIZES.orders) == (400, 4000)
    assert 2.8 < float(str(counts["lines"])) / SIZES.orders < 3.2
    assert 0.92 < float(str(counts["payments"])) / SIZES.orders < 0.98
    assert (counts["accounts"], counts["transfers"]) == (1000, 0)


def test_sizes_grow_with_the_scale() -> None:
    """At scale 1 there are 200,000 orders, 200 of them open; a tiny shop is still a shop."""
    assert (Sizes.at(1.0).customers, Sizes.at(1.0).orders, Sizes.at(1.0).open_orders) == (20_000, 200_000, 200)
    assert (Sizes.at(1e-9).customers, Sizes.at(1e-9).orders, Sizes.at(1e-9).open_orders) == (10, 100, 1)


def test_hot_customers_and_recent_orders(server: Server) -> None:
    """The better half of the customers makes most orders; half of the orders are from the last third of the time."""
    load(server)
    ((hot, all_orders),) = asked(
        server, f"SELECT count(*) FILTER (WHERE customer_id <= {SIZES.customers // 2}), count(*) FROM orders"
    )
    assert float(str(hot)) > 0.75 * float(str(all_orders))
    ((recent,),) = asked(
        server,
        "SELECT avg((created_at > lowest + (highest - lowest) * 0.7)::int) FROM orders,"
        " (SELECT min(created_at) AS lowest, max(created_at) AS highest FROM orders)",
    )
    assert 0.45 < float(str(recent)) < 0.57
    ((rising,),) = asked(
        server,
        "SELECT bool_and(created_at >= before) FROM"
        " (SELECT created_at, lag(created_at) OVER (ORDER BY id) AS before FROM orders)",
    )
    assert rising is True
    statuses = dict(asked(server, "SELECT status, count(*) FROM orders GROUP BY status"))  # type: ignore[arg-type]
    assert statuses["open"] == SIZES.open_orders
    assert set(statuses) == {"open", "paid", "shipped", "delivered"}
    assert statuses["delivered"] > 0.9 * SIZES.orders
    assert asked(server, f"SELECT max(id) < {FIRST_PLACED} FROM lines") == [(True,)]


def test_every_key_leads_somewhere(server: Server) -> None:
    """Foreign keys are there and valid, and indexes as well."""
    load(server)
    keys = asked(
        server,
        "SELECT conrelid::regclass::text, confrelid::regclass::text, convalidated FROM pg_constraint"
        f" WHERE contype = 'f' AND connamespace = '{SCHEMA}'::regnamespace ORDER BY 1",
    )
    assert keys == [("lines", "orders", True), ("orders", "customers", True), ("payments", "orders", True)]
    indexes = {row[0] for row in asked(server, f"SELECT indexname FROM pg_indexes WHERE schemaname = '{SCHEMA}'")}
    assert indexes >= {
        "orders_customer_created",
        "orders_status",
        "orders_created",
        "lines_order",
        "payments_order",
        "customers_email",
        "payments_key_key",
        "transfers_key_key",
    }


def test_nothing_is_left_to_do_in_the_background(server: Server) -> None:
    """Statistics are fresh and every page is frozen: no vacuum has to come in the middle of an experiment."""
    load(server)
    ((analyzed,),) = asked(
        server,
        f"SELECT count(*) FROM pg_stat_user_tables WHERE schemaname = '{SCHEMA}' AND last_analyze IS NOT NULL"
        " AND n_mod_since_analyze = 0 AND n_ins_since_vacuum = 0",
    )
    assert analyzed == len(NAMES)
    ((unsettled,),) = asked(
        server,
        "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relallvisible < relpages"
        f" AND relnamespace = '{SCHEMA}'::regnamespace AND relname <> 'transfers'",
    )
    assert unsettled == 0


def test_progress_is_told(server: Server) -> None:
    """From what will be there to the last step."""
    said: list[str] = []
    load(server, say=said.append)
    assert said[0] == "shop: 400 customers, 4,000 orders with their lines and payments"
    assert said[-1] == "shop: vacuum, analyze, checkpoint"


def test_a_schema_that_exists_is_left_as_it_is(server: Server) -> None:
    """One line names it, and the command that would remove it."""
    server.run(f"CREATE SCHEMA {SCHEMA}", f"CREATE TABLE {SCHEMA}.precious AS SELECT 1 AS value")
    with pytest.raises(TargetError) as caught:
        load(server)
    assert str(caught.value) == (
        f"could not load the shop in schema {SCHEMA} at {server.address}: the schema exists already, and was left as "
        f'it is; take another name, or remove it by: DROP SCHEMA IF EXISTS "{SCHEMA}" CASCADE'
    )
    tables = server.run(f"SELECT tablename FROM pg_tables WHERE schemaname = '{SCHEMA}'")
    assert (tables, server.run(f"SELECT value FROM {SCHEMA}.precious")) == ([("precious",)], [(1,)])


def test_a_role_that_may_not_create_a_schema_is_told_what_it_lacks(server: Server) -> None:
    """One line names the GRANT, and nothing is there."""
    server.run("CREATE ROLE powerless LOGIN")
    try:
        with pytest.raises(TargetError) as caught:
            load_shop(replace(server.address, user="powerless"), SCHEMA, scale=SMALL)
    finally:
        server.run("DROP ROLE powerless")
    assert str(caught.value) == (
        f"could not load the shop in schema {SCHEMA} at {server.address}: permission denied for database postgres; "
        'let an administrator run: GRANT CREATE ON DATABASE "postgres" TO "powerless"'
    )
    assert schemas(server) == []


def test_an_ordinary_role_may_load(server: Server) -> None:
    """Without the right to checkpoint there is a shop all the same."""
    load_shop(ordinary(server), SCHEMA, scale=SMALL)
    assert asked(server, "SELECT count(*) FROM orders") == [(SIZES.orders,)]


@pytest.mark.parametrize("step", ["customers", "orders are there", "keys and indexes", "vacuum"])
def test_an_interrupted_load_leaves_nothing_behind(server: Server, step: str) -> None:
    """Wherever Ctrl-C comes, it goes on its way, and nothing is there."""

    def interrupt(line: str) -> None:
        if step in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(server, say=interrupt)
    assert schemas(server) == []


def test_a_server_that_crashes_half_way_has_nothing_of_it(server: Server) -> None:
    """The load is an error of one line, and after the crash nothing is there."""

    def crash(line: str) -> None:
        if "keys and indexes" in line:
            ((pid,),) = server.run("SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction'")
            os.kill(int(str(pid)), signal.SIGKILL)  # a back end that is killed takes the whole server down

    with pytest.raises(TargetError, match="could not load the shop in schema") as caught:
        load(server, say=crash)
    assert "\n" not in str(caught.value)
    wait_until(server.answers, "the server has recovered", 30)
    assert schemas(server) == []


def test_what_could_not_be_removed_is_named(server: Server) -> None:
    """A server that dies after the shop was committed keeps it; the error says how to remove it."""

    def kill(line: str) -> None:
        if "vacuum" in line:
            server.kill()
            raise RuntimeError(line)

    with pytest.raises(
        TargetError, match=rf"left behind: remove it by: {re.escape(drop_statement(SCHEMA))}$"
    ) as caught:
        load(server, say=kill)
    assert isinstance(caught.value.__cause__, RuntimeError)
    server.start()
    assert schemas(server) == [(SCHEMA,)]


def test_a_load_that_takes_too_long_is_given_up(server: Server) -> None:
    """The deadline is ours, and holds whatever the server does."""
    with pytest.raises(TargetError, match=r"could not load .*: .* gave no answer within 0\.2 s"):
        load_shop(server.address, SCHEMA, scale=SMALL, deadline_s=0.2, say=lambda _line: time.sleep(0.5))
    assert schemas(server) == []
