"""What must be equal when all is over, and which transfers the database knows: rows for checks to judge.

    invariant                                             expected   found
    the sum of all balances                               at start   now
    accounts whose balance is not what transfers say      0          so many
    orders without lines                                  0          so many
    orders whose total is not that of their lines         0          so many
    orders placed by the load without all of their lines  0          so many
    payments beyond the first with the same key           0          so many
    payments of orders that are open still                0          so many
    orders that became paid without a payment             0          so many

and, where a load is named, what the database knows of it, which nobody can expect anything of but who saw the load:

    orders placed by this load                            -          so many
    payments made by this load                            -          so many

All of this is called where no event loop runs, and raises TargetError where it was not answered.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import psycopg

from drill.errors import TargetError
from drill.load.bank import ACCOUNTS, BALANCE
from drill.load.dataset.sizes import FIRST_PLACED, LINES_PLACED
from drill.load.source import Source
from drill.tables import typed_table
from drill.targets.postgres import Address
from drill.targets.schemas import quoted
from drill.targets.session import Rows, ask

DEADLINE_S = 60.0

Row = tuple[str, int | None, int, str]
Values = Mapping[str, int | str]

MONEY = "the sum of all balances"
BALANCES = "accounts whose balance is not what transfers say"
BARE_ORDERS = "orders without lines"
TOTALS = "orders whose total is not that of their lines"
HALF_ORDERS = "orders placed by the load without all of their lines"
PAID_TWICE = "payments beyond the first with the same key"
PAID_AND_OPEN = "payments of orders that are open still"
PAID_FOR_NOTHING = "orders that became paid without a payment"
PLACED = "orders placed by this load"
PAID = "payments made by this load"

REOPENED = "reopened"
"""The table of those orders that a fault (stale statistics) has opened again, though they were paid for long ago."""

_BANK = """
WITH moved AS (
    SELECT id, sum(amount) AS amount
    FROM (SELECT source AS id, -amount AS amount FROM {transfers} UNION ALL SELECT destination, amount FROM {transfers})
    GROUP BY id
)
SELECT coalesce(sum(balance), 0)::bigint, count(*) FILTER (WHERE balance <> %(balance)s + coalesce(amount, 0)),
       count(*), (SELECT count(*) FROM {transfers})
FROM {accounts} LEFT JOIN moved USING (id)
"""

_SHOP = """
WITH bought AS (
    SELECT order_id AS id, count(*) AS lines, sum(quantity::bigint * price_cents) AS cents
    FROM {lines} GROUP BY order_id
)
SELECT count(*), count(*) FILTER (WHERE lines IS NULL), count(*) FILTER (WHERE total_cents <> cents),
       count(*) FILTER (WHERE id >= %(first)s),
       count(*) FILTER (WHERE id >= %(first)s AND lines IS DISTINCT FROM %(each)s)
FROM {orders} LEFT JOIN bought USING (id)
"""

_PAYMENTS = "SELECT count(*), count(*) - count(DISTINCT key) FROM {payments}"

# A payment and its order's status are one transaction, so that one of them alone is half of one. Of the orders that
# were loaded only the newest fiftieth is paid from the beginning, and not all of those have a payment.
_HALVES = """
SELECT (SELECT count(*) FROM {payments} p JOIN {orders} o ON o.id = p.order_id
        WHERE o.status = 'open' AND {not_reopened}),
       (SELECT count(*) FROM {orders} o
        WHERE o.status = 'paid' AND o.id <= 0.98 * loaded
              AND NOT EXISTS (SELECT FROM {payments} p WHERE p.order_id = o.id))
FROM (SELECT count(*) AS loaded FROM {orders} WHERE id < %(first)s) counted
"""
_NOT_REOPENED = "NOT EXISTS (SELECT FROM {reopened} r WHERE r.id = o.id)"
_BY_THIS_LOAD = """
SELECT (SELECT count(*) FROM {orders} WHERE id >= %(first)s AND id < %(end)s),
       (SELECT count(*) FROM {payments} WHERE id >= %(first)s AND id < %(end)s)
"""
_LEDGER = "SELECT key, source, destination, amount FROM {transfers} ORDER BY key"


def audit_bank(
    address: Address, schema: str, *, accounts: int = ACCOUNTS, balance: int = BALANCE, deadline_s: float = DEADLINE_S
) -> pl.DataFrame:
    """Whether money is conserved, and every balance is what the transfers say: rows of the table `audit`."""
    ((money, wrong, there, transfers),) = _asked(address, schema, _BANK, {"balance": balance}, deadline_s)
    return _rows(
        (MONEY, accounts * balance, money, f"{there:,} of {accounts:,} accounts"),
        (BALANCES, 0, wrong, f"{transfers:,} transfers"),
    )


def audit_shop(
    address: Address, schema: str, *, run: str | None = None, seed: int = 1, deadline_s: float = DEADLINE_S
) -> pl.DataFrame:
    """Whether orders, lines and payments belong together: rows of the table `audit`.

    `run` and `seed` are those of the load's plan: what that load alone has left is counted as well.
    """
    known = {"first": FIRST_PLACED, "each": LINES_PLACED}
    ((orders, bare, totals, placed, half),) = _asked(address, schema, _SHOP, known, deadline_s)
    ((payments, twice),) = _asked(address, schema, _PAYMENTS, None, deadline_s)
    ((is_open, for_nothing),) = _asked(address, schema, _halves(address, schema, deadline_s), known, deadline_s)
    return _rows(
        (BARE_ORDERS, 0, bare, f"{orders:,} orders"),
        (TOTALS, 0, totals, f"{orders:,} orders"),
        (HALF_ORDERS, 0, half, f"{placed:,} orders placed, of {LINES_PLACED} lines each"),
        (PAID_TWICE, 0, twice, f"{payments:,} payments"),
        (PAID_AND_OPEN, 0, is_open, f"{payments:,} payments"),
        (PAID_FOR_NOTHING, 0, for_nothing, f"{orders:,} orders"),
        *([] if run is None else _left_by(address, schema, Source(seed=seed, run=run).fresh(), deadline_s)),
    )


def _halves(address: Address, schema: str, deadline_s: float) -> str:
    """The question for half payments, those orders left out that a fault has noted."""
    ((there,),) = _asked(
        address, schema, "SELECT to_regclass(%(name)s)", {"name": quoted(schema, REOPENED)}, deadline_s
    )
    return _HALVES.replace("{not_reopened}", "true" if there is None else _NOT_REOPENED)


def _left_by(address: Address, schema: str, first: int, deadline_s: float) -> list[Row]:
    """What a load has inserted whose first fresh number is this one; all of one load lie in a row."""
    among = {"first": first, "end": first + FIRST_PLACED}
    ((placed, paid),) = _asked(address, schema, _BY_THIS_LOAD, among, deadline_s)
    return [(PLACED, None, placed, "its ids alone"), (PAID, None, paid, "its ids alone")]


def ledger(address: Address, schema: str, *, deadline_s: float = DEADLINE_S) -> pl.DataFrame:
    """Every transfer that the database knows, as often as it stands there: the table `ledger`."""
    found = _asked(address, schema, _LEDGER, None, deadline_s)
    columns = ("key", "source", "destination", "amount")
    return typed_table("ledger", [dict(zip(columns, row, strict=True)) for row in found])


def _rows(*rows: Row) -> pl.DataFrame:
    columns = ("invariant", "expected", "found", "detail")
    return typed_table("audit", [dict(zip(columns, row, strict=True)) for row in rows])


def _asked(address: Address, schema: str, question: str, values: Values | None, deadline_s: float) -> Rows:
    names = ("accounts", "transfers", "orders", "lines", "payments", REOPENED)
    statement = question.format_map({name: quoted(schema, name) for name in names})
    try:
        return ask(address, statement, values, deadline_s=deadline_s)
    except (psycopg.Error, TargetError) as error:
        said = str(error).strip().splitlines()[0]
        raise TargetError(f"could not audit schema {schema} at {address}: {said}") from error
