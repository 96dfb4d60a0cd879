"""The shop's tables: made bare, filled, and only then given keys and indexes, which is several times faster."""

from __future__ import annotations

TABLES = """
CREATE TABLE customers (
    id int NOT NULL, name text NOT NULL, email text NOT NULL, region text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE orders (
    id bigint NOT NULL, customer_id int NOT NULL, status text NOT NULL, created_at timestamptz NOT NULL,
    total_cents int NOT NULL);
CREATE TABLE lines (
    id bigint NOT NULL, order_id bigint NOT NULL, product_id int NOT NULL, quantity int NOT NULL,
    price_cents int NOT NULL);
CREATE TABLE payments (
    id bigint NOT NULL, order_id bigint NOT NULL, amount_cents int NOT NULL, key text NOT NULL,
    created_at timestamptz NOT NULL)
"""

KEYS = (
    "ALTER TABLE customers ADD PRIMARY KEY (id)",
    "ALTER TABLE orders ADD PRIMARY KEY (id)",
    "ALTER TABLE lines ADD PRIMARY KEY (id)",
    "ALTER TABLE payments ADD PRIMARY KEY (id)",
    "ALTER TABLE payments ADD UNIQUE (key)",
)

INDEXES = (
    "CREATE UNIQUE INDEX customers_email ON customers (email)",
    "CREATE INDEX orders_customer_created ON orders (customer_id, created_at DESC)",
    "CREATE INDEX orders_status ON orders (status)",
    "CREATE INDEX orders_created ON orders (created_at)",
    "CREATE INDEX lines_order ON lines (order_id)",
    "CREATE INDEX payments_order ON payments (order_id)",
)
"""Beside the primary keys; each serves a pattern of scenarios/shop.py."""

FOREIGN_KEYS = (
    "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers",
    "ALTER TABLE lines ADD FOREIGN KEY (order_id) REFERENCES orders",
    "ALTER TABLE payments ADD FOREIGN KEY (order_id) REFERENCES orders",
)

NAMES = ("customers", "orders", "lines", "payments", "accounts", "transfers")


def bank(*, keyed: bool) -> str:
    """The bank's two tables. Without a unique key a transfer can be noted twice: for showing what that costs."""
    return (
        "CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL);"
        f"CREATE TABLE transfers (key text NOT NULL{' UNIQUE' if keyed else ''}, source int NOT NULL,"
        " destination int NOT NULL, amount bigint NOT NULL)"
    )
