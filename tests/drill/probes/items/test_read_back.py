"""What stands in tables is read back whole, with its keys as the load names them."""

from __future__ import annotations

import uuid

import pytest

from drill.errors import TargetError
from drill.probes.items import audited, found, ledger
from drill.targets.dynamodb import Tables, TableSpec

pytestmark = pytest.mark.lab


def put(tables: Tables, table: str, pk: str, sk: str, **attributes: dict[str, str]) -> None:
    """One item."""
    tables.client().put_item(TableName=table, Item={"pk": {"S": pk}, "sk": {"S": sk}, **attributes})


def test_found(tables: Tables, shared: str) -> None:
    """Items with a text as their value, by the text of their key; other items are none of the load's."""
    put(tables, shared, "log#1", "entry", value={"S": "one"})
    put(tables, shared, "log#2", "entry", value={"N": "2"})
    put(tables, shared, "customer#1", "profile", name={"S": "x"})
    (row,) = found(tables, shared).to_dicts()
    assert row == {"region": "us-east-1", "table": shared, "item": "log#1|entry", "value": "one"}


def test_a_number_as_key(tables: Tables) -> None:
    """A key's value is its text, whatever its type."""
    name = f"numbers-{uuid.uuid4().hex[:8]}"
    tables.create(TableSpec(name=name, partition_key=("id", "N"), sort_key=None))
    tables.client().put_item(TableName=name, Item={"id": {"N": "17"}, "value": {"S": "x"}})
    assert found(tables, name)["item"].to_list() == ["17"]


def test_every_page(tables: Tables, shared: str) -> None:
    """More than one page of a scan (1 MB) is read to its end."""
    for number in range(15):
        put(tables, shared, f"log#{number}", "entry", value={"S": str(number)}, padding={"S": "x" * 100_000})
    assert found(tables, shared).height == 15


def test_an_empty_table(tables: Tables, shared: str) -> None:
    """Nothing is a table without rows."""
    assert found(tables, shared).is_empty()
    assert ledger(tables, shared).is_empty()


def test_a_table_that_is_gone(tables: Tables) -> None:
    """It is said, with its name: no evidence is no empty table."""
    with pytest.raises(TargetError, match="the table nowhere"):
        found(tables, "nowhere")


@pytest.fixture
def bank(tables: Tables) -> tuple[str, str]:
    """Three accounts of 100 each, and a transfer of 30 from the first to the second, carried out."""
    accounts, noted = (f"{name}-{uuid.uuid4().hex[:8]}" for name in ("accounts", "ledger"))
    tables.create(TableSpec(name=accounts, partition_key=("account", "N"), sort_key=None))
    tables.create(TableSpec(name=noted, partition_key=("transfer", "S"), sort_key=None))
    for account, balance in ((1, 70), (2, 130), (3, 100)):
        item = {"account": {"N": str(account)}, "balance": {"N": str(balance)}}
        tables.client().put_item(TableName=accounts, Item=item)
    tables.client().put_item(
        TableName=noted,
        Item={"transfer": {"S": "t1"}, "source": {"N": "1"}, "destination": {"N": "2"}, "amount": {"N": "30"}},
    )
    return accounts, noted


def balance(tables: Tables, table: str, account: int, amount: int) -> None:
    """Set an account's balance."""
    item = {"account": {"N": str(account)}, "balance": {"N": str(amount)}}
    tables.client().put_item(TableName=table, Item=item)


def test_money(tables: Tables, bank: tuple[str, str]) -> None:
    """All is well where each balance is what the ledger says."""
    noted = ledger(tables, bank[1])
    assert noted.to_dicts() == [{"key": "t1", "source": 1, "destination": 2, "amount": 30}]
    whole, wrong = audited(tables, bank[0], noted, accounts=3, balance=100).to_dicts()
    assert (whole["expected"], whole["found"]) == (300, 300)
    assert (wrong["expected"], wrong["found"]) == (0, 0)


def test_half_a_transfer(tables: Tables, bank: tuple[str, str]) -> None:
    """Money that left one account and did not reach the other is missing, and both figures say so."""
    balance(tables, bank[0], 2, 100)
    whole, wrong = audited(tables, bank[0], ledger(tables, bank[1]), accounts=3, balance=100).to_dicts()
    assert (whole["found"], wrong["found"]) == (270, 1)


def test_an_account_that_is_gone_or_too_many(tables: Tables, bank: tuple[str, str]) -> None:
    """Either is a wrong account."""
    balance(tables, bank[0], 9, 0)
    _, wrong = audited(tables, bank[0], ledger(tables, bank[1]), accounts=4, balance=100).to_dicts()
    assert wrong["found"] == 2


def test_a_transfer_applied_twice(tables: Tables, bank: tuple[str, str]) -> None:
    """A transfer that was applied twice and noted once shows in two balances, though the sum is right."""
    balance(tables, bank[0], 1, 40)
    balance(tables, bank[0], 2, 160)
    whole, wrong = audited(tables, bank[0], ledger(tables, bank[1]), accounts=3, balance=100).to_dicts()
    assert (whole["found"], wrong["found"]) == (300, 2)
