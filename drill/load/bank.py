"""Accounts and transfers: money that must be there in the end, whatever happened on the way."""

from __future__ import annotations

from drill.load.dataset.tables import bank
from drill.load.making import Connection, making
from drill.targets.postgres import Address
from drill.targets.schemas import quoted

ACCOUNTS = 1_000
BALANCE = 1_000


def load_bank(
    address: Address,
    schema: str,
    *,
    accounts: int = ACCOUNTS,
    balance: int = BALANCE,
    keyed: bool = True,
    new_schema: bool = True,
    deadline_s: float = 30.0,
) -> None:
    """Make `accounts`, numbered from 1, and `transfers`; all or nothing. Raises TargetError.

    Unless it shall be a `new_schema`, the schema must be there. Not `keyed`, a transfer can be noted twice.
    """
    with making(address, schema, "make the bank", deadline_s=deadline_s) as connection, connection.transaction():
        if new_schema:
            connection.execute(f"CREATE SCHEMA {quoted(schema)}")
        fill(connection, accounts=accounts, balance=balance, keyed=keyed)


def fill(connection: Connection, *, accounts: int = ACCOUNTS, balance: int = BALANCE, keyed: bool = True) -> None:
    """Make and fill the two tables where the connection's search path leads."""
    connection.execute(bank(keyed=keyed))
    connection.execute("INSERT INTO accounts SELECT n, %s FROM generate_series(1, %s) AS n", [balance, accounts])
