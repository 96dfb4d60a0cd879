"""A small shop in a schema, and a pattern of each kind on it."""

from __future__ import annotations

from drill.requests import Request, Statement

MAKE = """
CREATE TABLE {0}.customers (id int PRIMARY KEY, email text, region text);
CREATE UNIQUE INDEX customers_email ON {0}.customers (email);
CREATE TABLE {0}.orders (id bigint PRIMARY KEY, customer_id int NOT NULL REFERENCES {0}.customers, status text,
                         created_at timestamptz, total_cents int);
CREATE INDEX orders_customer_created ON {0}.orders (customer_id, created_at DESC);
CREATE INDEX orders_open ON {0}.orders (lower(status), created_at) INCLUDE (total_cents) WHERE status <> 'delivered';
CREATE TABLE {0}.payments (id bigint PRIMARY KEY, order_id bigint REFERENCES {0}.orders, key text UNIQUE);
INSERT INTO {0}.customers SELECT n, n || '@example.com', 'r' || n % 5 FROM generate_series(1, 2000) AS n;
INSERT INTO {0}.orders SELECT n, 1 + n % 2000, CASE n % 1000 WHEN 0 THEN 'open' ELSE 'delivered' END,
    timestamptz '2026-01-01' + n * interval '1 minute', n % 9999 FROM generate_series(1, 20000) AS n;
ANALYZE {0}.customers, {0}.orders, {0}.payments
"""

LATEST = "SELECT id, total_cents FROM orders WHERE customer_id = %(customer)s ORDER BY created_at DESC LIMIT 10"
BY_ID = "SELECT * FROM orders WHERE id = %(order)s"
PAY = (
    "INSERT INTO payments VALUES (%(id)s, %(order)s, %(key)s) ON CONFLICT (key) DO NOTHING",
    "UPDATE orders SET status = 'paid' WHERE id = %(order)s",
)


def latest(customer: int = 7) -> Request:
    """The last orders of a customer."""
    return _request("orders-of-customer", LATEST, customer=customer, reads_only=True)


def by_id(order: int = 11) -> Request:
    """One order."""
    return _request("order-by-id", BY_ID, order=order, reads_only=True)


def pay(order: int = 1000) -> Request:
    """A payment and what it means for the order: two statements, both of which write."""
    return _request("pay-order", *PAY, id=order, order=order, key=f"k{order}", reads_only=False)


def _request(pattern: str, *statements: str, reads_only: bool, **parameters: object) -> Request:
    asked = tuple(Statement(sql=each, parameters=parameters) for each in statements)
    return Request(key=pattern, pattern=pattern, statements=asked, reads_only=reads_only)
