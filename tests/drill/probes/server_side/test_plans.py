"""Plans are those that the server makes for the values asked with, and nothing of them stays."""

from __future__ import annotations

import json
import time
from typing import Any

import polars as pl
import pytest

from drill.errors import ProbeError
from drill.probes.server.explain import Execution, Patience, typical
from drill.probes.server.plans import indexes_used, plans
from drill.requests import Request, Statement
from drill.tables import SCHEMAS
from drill.targets.postgres import Address
from tests.drill.probes.server import Server
from tests.drill.probes.server_side.shop import PAY, by_id, latest, pay


def root(row: dict[str, Any]) -> dict[str, Any]:
    """The topmost node of a plan."""
    node: dict[str, Any] = json.loads(row["plan"])["Plan"]
    return node


def one(sql: str, pattern: str = "one", *, reads_only: bool = True, **parameters: object) -> Request:
    """A request of one statement."""
    statements = (Statement(sql=sql, parameters=parameters),)
    return Request(key="k", pattern=pattern, statements=statements, reads_only=reads_only)


def test_each_statement_of_each_pattern_is_planned(address: Address, schema: str) -> None:
    """A row each, in order, with its SQL and without a time: nothing was run."""
    found = plans(address, schema, [latest(), by_id(), pay(), latest(8)], moment="before")
    assert dict(found.schema) == SCHEMAS["plans"]
    assert found.select("moment", "pattern", "statement", "without", "execution_ms").rows() == [
        ("before", "orders-of-customer", 0, None, None),
        ("before", "order-by-id", 0, None, None),
        ("before", "pay-order", 0, None, None),
        ("before", "pay-order", 1, None, None),
    ]
    assert found["sql"].to_list()[2:] == list(PAY)


def test_indexes_of_a_plan_are_named(address: Address, schema: str) -> None:
    """Those it goes through, and the arbiters of an INSERT."""
    found = plans(address, schema, [latest(), by_id(), pay()], moment="before")
    assert indexes_used(found) == [
        ("order-by-id", "orders_pkey"),
        ("orders-of-customer", "orders_customer_created"),
        ("pay-order", "orders_pkey"),
        ("pay-order", "payments_key_key"),
    ]


def test_a_plan_is_made_for_the_values(address: Address, schema: str) -> None:
    """The same statement, asked with a rare and with a frequent value, is expected to find few and many."""
    found = [
        plans(address, schema, [one("SELECT * FROM orders WHERE status = %(s)s", s=status)], moment="before")
        for status in ("open", "delivered")
    ]
    few, many = (root(frame.row(0, named=True))["Plan Rows"] for frame in found)
    assert few < 100
    assert many > 10_000


def test_values_keep_the_types_that_a_client_sends(address: Address, schema: str) -> None:
    """A float for a whole number keeps the index from being used: that is seen, as it would be lost in a literal."""
    found = plans(address, schema, [one("SELECT * FROM orders WHERE id = %(id)s", id=11.0)], moment="before")
    assert root(found.row(0, named=True))["Node Type"] == "Seq Scan"


def test_executions_are_timed_and_undone(postgres: Server, address: Address, schema: str) -> None:
    """Each request runs in full, so that a later statement finds what an earlier one wrote; nothing is kept."""
    asked = Request(
        key="k",
        pattern="place-order",
        statements=(
            Statement(sql="INSERT INTO orders VALUES (999999, 1, 'open', now(), 1)"),
            Statement(sql="INSERT INTO payments VALUES (%(id)s, 999999, 'p')", parameters={"id": 5}),
        ),
        reads_only=False,
    )
    found = plans(address, schema, [asked, latest()], moment="during", executions=4)
    assert (found["execution_ms"] > 0).all()
    assert len(found) == 3
    first = root(found.row(0, named=True))
    assert first["Actual Rows"] is not None
    assert "Shared Hit Blocks" in first
    counted = f"SELECT (SELECT count(*) FROM {schema}.orders), (SELECT count(*) FROM {schema}.payments)"  # noqa: S608
    assert postgres.run(counted) == [(20_000, 0)]


def test_a_read_that_writes_is_refused(postgres: Server, address: Address, schema: str) -> None:
    """A request that says it only reads runs where nothing can be written."""
    asked = one("SELECT setval('counted', 7)", "sly")
    postgres.run(f"CREATE SEQUENCE {schema}.counted", f"ALTER SEQUENCE {schema}.counted OWNER TO {address.user}")
    with pytest.raises(ProbeError, match=r"pattern sly, statement 0: no plan \(25006: cannot execute setval"):
        plans(address, schema, [asked], moment="before", executions=1)
    assert postgres.run(f"SELECT is_called FROM {schema}.counted") == [(False,)]  # noqa: S608


def test_a_statement_that_takes_too_long_counts_its_limit(address: Address, schema: str) -> None:
    """The server ends it; its plan is kept, and so are the statements after it."""
    slow = Request(
        key="k",
        pattern="slow",
        statements=(Statement(sql="SELECT pg_sleep(30)"), Statement(sql="SELECT 1")),
        reads_only=True,
    )
    began = time.monotonic()
    found = plans(address, schema, [slow], moment="before", executions=1, patience=Patience(statement_s=0.2))
    assert time.monotonic() - began < 10
    assert found["execution_ms"][0] == 200
    assert found["execution_ms"][1] < 200
    assert root(found.row(0, named=True))["Node Type"] == "Result"


def test_what_the_server_refuses_is_named(address: Address, schema: str) -> None:
    """By pattern and statement, with the server's words."""
    with pytest.raises(ProbeError, match=r"pattern one, statement 0: no plan \(42P01: relation \"nothing\" does not"):
        plans(address, schema, [one("SELECT * FROM nothing")], moment="before")


@pytest.mark.parametrize(
    ("times", "middle"), [([3.0], 3.0), ([1.0, 9.0, 2.0], 2.0), ([4.0, 1.0, 2.0, 3.0], 2.0), ([None, 5.0], 5.0)]
)
def test_the_median_has_its_own_plan(times: list[float | None], middle: float) -> None:
    """Of an even number the lower one: never a time that no execution took."""
    executions = [Execution(plan=str(each), execution_ms=each) for each in times]
    assert typical(executions) == Execution(plan=str(middle), execution_ms=middle)


def test_one_that_was_only_planned_is_typical() -> None:
    """Where nothing was timed, the first stands for all."""
    assert typical([Execution(plan="a", execution_ms=None)]).plan == "a"


def test_no_requests_no_plans(address: Address, schema: str) -> None:
    """Nothing asked is nothing found, with the columns of the table."""
    assert plans(address, schema, [], moment="before").equals(pl.DataFrame(schema=SCHEMAS["plans"]))
