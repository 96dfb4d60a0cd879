"""The bank's money is all there, and what is missing, doubled or half done is counted."""

# ruff: noqa: S608 - all of its SQL is the test's own

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

from drill.errors import TargetError
from drill.load import audit
from drill.load.bank import load_bank
from drill.load.dataset import LINES_PLACED, load_shop
from drill.load.dataset.sizes import FIRST_PLACED
from drill.load.source import Source
from drill.tables import SCHEMAS
from drill.targets.schemas import drop_statement
from tests.drill.probes.server import Server, free_port

SCHEMA = "drill_bank"


@pytest.fixture
def server(postgres: Server) -> Iterator[Server]:
    """The server, without a bank before and after."""
    postgres.run(drop_statement(SCHEMA))
    yield postgres
    postgres.run(drop_statement(SCHEMA))


@pytest.fixture
def bank(server: Server) -> Server:
    """A server with ten accounts of a hundred."""
    load_bank(server.address, SCHEMA, accounts=10, balance=100)
    return server


@pytest.fixture
def shop(server: Server) -> Server:
    """A server with a small shop, in which an order was placed and paid for."""
    load_shop(server.address, SCHEMA, scale=0.001)
    placed = FIRST_PLACED + 1
    lines = ", ".join(f"({placed + n}, {placed}, 1, 2, 50)" for n in range(LINES_PLACED))
    run(
        server,
        f"INSERT INTO orders VALUES ({placed}, 1, 'paid', now(), {100 * LINES_PLACED})",
        f"INSERT INTO lines VALUES {lines}",
        f"INSERT INTO payments VALUES ({placed}, {placed}, 300, 'k', now())",
    )
    return server


def run(server: Server, *statements: str) -> None:
    """Run them in the bank's schema."""
    server.run(f"SET search_path TO {SCHEMA}", *statements)


def transfer(key: str, source: int, destination: int, amount: int) -> tuple[str, str, str]:
    """All three statements of a transfer."""
    return (
        f"UPDATE accounts SET balance = balance - {amount} WHERE id = {source}",
        f"UPDATE accounts SET balance = balance + {amount} WHERE id = {destination}",
        f"INSERT INTO transfers VALUES ('{key}', {source}, {destination}, {amount})",
    )


def wrong(rows: pl.DataFrame) -> dict[str, int]:
    """By how much each invariant is broken, of those that are."""
    assert dict(rows.schema) == SCHEMAS["audit"]
    broken = rows.filter(pl.col("expected") != pl.col("found"))
    return {str(name): found - expected for name, expected, found, _ in broken.iter_rows()}


def audited(server: Server) -> dict[str, int]:
    """What is wrong with the bank."""
    return wrong(audit.audit_bank(server.address, SCHEMA, accounts=10, balance=100))


def test_transfers_keep_the_money(bank: Server) -> None:
    """Whole transfers break nothing, and stand in the ledger."""
    assert audited(bank) == {}
    run(bank, *transfer("b", 1, 2, 30), *transfer("a", 2, 3, 5))
    assert audited(bank) == {}
    found = audit.ledger(bank.address, SCHEMA)
    assert dict(found.schema) == SCHEMAS["ledger"]
    assert found.rows() == [("a", 2, 3, 5), ("b", 1, 2, 30)]


@pytest.mark.parametrize(
    ("done", "broken"),
    [
        ((0,), {audit.MONEY: -30, audit.BALANCES: 1}),
        ((1,), {audit.MONEY: 30, audit.BALANCES: 1}),
        ((0, 1), {audit.BALANCES: 2}),
        ((2,), {audit.BALANCES: 2}),
        ((0, 0, 1, 1, 2), {audit.BALANCES: 2}),
    ],
)
def test_a_half_transfer_is_counted(bank: Server, done: tuple[int, ...], broken: dict[str, int]) -> None:
    """Money taken, money made, a transfer nobody noted, one that was only noted, one that was done twice."""
    statements = transfer("a", 1, 2, 30)
    run(bank, *(statements[each] for each in done))
    assert audited(bank) == broken


def test_a_lost_account_is_lost_money(bank: Server) -> None:
    """Its balance is missing in the sum."""
    run(bank, "DELETE FROM accounts WHERE id = 4")
    assert audited(bank) == {audit.MONEY: -100}


def test_an_empty_ledger_is_a_table_without_rows(bank: Server) -> None:
    """Nothing was transferred, and that is known."""
    assert audit.ledger(bank.address, SCHEMA).rows() == []


def test_only_a_keyed_bank_refuses_a_second_transfer_with_the_same_key(server: Server) -> None:
    """The other one is for showing what that costs; its ledger shows both."""
    for keyed in (True, False):
        server.run(drop_statement(SCHEMA))
        load_bank(server.address, SCHEMA, accounts=10, balance=100, keyed=keyed)
        run(server, *(f"INSERT INTO transfers VALUES ('k', 1, {n}, 5) ON CONFLICT DO NOTHING" for n in (2, 3)))
        assert len(audit.ledger(server.address, SCHEMA)) == (1 if keyed else 2)


def test_a_bank_may_move_into_a_schema_that_is_there(server: Server) -> None:
    """Beside what the run has in it; a schema of its own must be new."""
    server.run(f"CREATE SCHEMA {SCHEMA}")
    with pytest.raises(TargetError, match=r"could not make the bank in schema drill_bank .*exists already"):
        load_bank(server.address, SCHEMA)
    load_bank(server.address, SCHEMA, new_schema=False)
    assert wrong(audit.audit_bank(server.address, SCHEMA)) == {}
    with pytest.raises(TargetError, match='relation "accounts" already exists'):
        load_bank(server.address, SCHEMA, new_schema=False)
    assert wrong(audit.audit_bank(server.address, SCHEMA)) == {}


def test_a_bank_without_a_schema_is_not_made_elsewhere(server: Server) -> None:
    """Where the schema is not there, it does not land in public."""
    with pytest.raises(TargetError, match="no schema has been selected to create in"):
        load_bank(server.address, SCHEMA, new_schema=False)


def test_a_shop_as_it_was_loaded_is_in_order(shop: Server) -> None:
    """And so is what was placed whole."""
    rows = audit.audit_shop(shop.address, SCHEMA)
    assert wrong(rows) == {}
    assert rows.filter(pl.col("invariant") == audit.HALF_ORDERS)["detail"].item() == (
        f"1 orders placed, of {LINES_PLACED} lines each"
    )


@pytest.mark.parametrize(
    ("done", "broken"),
    [
        ("DELETE FROM lines WHERE order_id = 1", {audit.BARE_ORDERS: 1}),
        ("UPDATE orders SET total_cents = total_cents + 1 WHERE id IN (1, 2)", {audit.TOTALS: 2}),
        (f"DELETE FROM lines WHERE id = {FIRST_PLACED + 1}", {audit.TOTALS: 1, audit.HALF_ORDERS: 1}),
        (f"DELETE FROM lines WHERE order_id > {FIRST_PLACED}", {audit.BARE_ORDERS: 1, audit.HALF_ORDERS: 1}),
    ],
)
def test_what_does_not_belong_together_is_counted(shop: Server, done: str, broken: dict[str, int]) -> None:
    """An order without lines, a wrong total, half a transaction."""
    run(shop, done)
    assert wrong(audit.audit_shop(shop.address, SCHEMA)) == broken


def test_a_payment_made_twice_is_counted(shop: Server) -> None:
    """Even where the constraint is gone that should have kept it out."""
    run(
        shop,
        "ALTER TABLE payments DROP CONSTRAINT payments_key_key",
        f"INSERT INTO payments SELECT id + 1, order_id, amount_cents, key, created_at FROM payments"
        f" WHERE id > {FIRST_PLACED}",
    )
    assert wrong(audit.audit_shop(shop.address, SCHEMA)) == {audit.PAID_TWICE: 1}


def test_half_a_payment_is_counted(shop: Server) -> None:
    """A payment whose order is open still is half of a transaction."""
    order = count(shop, "SELECT min(id) FROM orders WHERE status = 'open'")
    pay = f"INSERT INTO payments SELECT {FIRST_PLACED} + 9, id, total_cents, 'x', now() FROM orders WHERE id = {order}"
    run(shop, pay)
    assert wrong(audit.audit_shop(shop.address, SCHEMA)) == {audit.PAID_AND_OPEN: 1}
    run(shop, f"UPDATE orders SET status = 'paid' WHERE id = {order}")
    assert wrong(audit.audit_shop(shop.address, SCHEMA)) == {}


def test_what_only_became_paid_needs_a_payment(shop: Server) -> None:
    """An order that was loaded without a payment is none of the load's affair; one that became paid must have one."""
    bare = "SELECT max(id) FROM orders o WHERE status = 'delivered' AND id NOT IN (SELECT order_id FROM payments)"
    run(shop, f"UPDATE orders SET status = 'paid' WHERE id = {count(shop, bare)}")
    assert wrong(audit.audit_shop(shop.address, SCHEMA)) == {audit.PAID_FOR_NOTHING: 1}


def test_what_a_fault_has_opened_again_is_left_out(shop: Server) -> None:
    """Orders that a fault has noted are open though they were paid for; others are not to be."""
    run(shop, "CREATE TABLE reopened AS SELECT id FROM orders WHERE status = 'delivered' AND id % 10 < 7")
    run(shop, "UPDATE orders SET status = 'open' WHERE id IN (SELECT id FROM reopened)")
    assert wrong(audit.audit_shop(shop.address, SCHEMA)) == {}
    run(shop, "DELETE FROM reopened WHERE id IN (SELECT order_id FROM payments WHERE order_id % 10 = 1)")
    assert wrong(audit.audit_shop(shop.address, SCHEMA))[audit.PAID_AND_OPEN] > 0


@pytest.mark.parametrize("scale", [0.001, 0.0137, 0.05])
def test_a_fresh_shop_has_no_halves(server: Server, scale: float) -> None:
    """Whatever its size: what was loaded as paid without a payment is no half of anything."""
    load_shop(server.address, SCHEMA, scale=scale)
    assert wrong(audit.audit_shop(server.address, SCHEMA)) == {}


def test_what_a_load_left_is_counted(shop: Server) -> None:
    """Its own orders and payments, and nobody else's; they are expected by nobody."""
    mine, other = (Source(seed=3, run=name) for name in ("mine", "other"))
    for source in (mine, mine, other):
        run(shop, f"INSERT INTO orders VALUES ({source.fresh()}, 1, 'paid', now(), 5)")
    run(shop, f"INSERT INTO payments VALUES ({mine.fresh()}, 1, 5, 'own', now())")
    rows = audit.audit_shop(shop.address, SCHEMA, run="mine", seed=3)
    counts = {row["invariant"]: row["found"] for row in rows.rows(named=True) if row["expected"] is None}
    assert counts == {audit.PLACED: 2, audit.PAID: 1}
    assert dict(rows.schema) == SCHEMAS["audit"]
    assert audit.audit_shop(shop.address, SCHEMA)["expected"].null_count() == 0


def count(server: Server, question: str) -> int:
    """The one number that is asked for."""
    ((number,),) = server.run(f"SET search_path TO {SCHEMA}", question)
    return int(str(number))


def test_what_cannot_be_audited_is_no_evidence(server: Server) -> None:
    """A table that is gone, a server that is away: an error of one line, never a pass."""
    for ask in (audit.audit_shop, audit.audit_bank, audit.ledger):
        with pytest.raises(TargetError, match=r"could not audit schema drill_bank at .*does not exist"):
            ask(server.address, SCHEMA)  # type: ignore[operator]
        with pytest.raises(TargetError, match="could not audit"):
            ask(server.address.at("127.0.0.1", free_port()), SCHEMA)  # type: ignore[operator]
