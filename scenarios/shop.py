"""How the shop is used: its access patterns as values, and the groups of them that experiments ask for.

About 85 of 100 requests read. Every statement that writes can be repeated: what was there by its id or key stays as
it is, so that a retry of a request whose end is unknown does nothing twice.
"""

from drill.load.dataset import LINES_PLACED, Sizes
from drill.load.dataset.sizes import CUSTOMER_SKEW, EMAIL, PRODUCT_SKEW, PRODUCTS
from drill.load.parameters import Between, Fresh, Key, Parameter, Recent
from drill.load.pattern import Pattern

_LINES = range(1, LINES_PLACED + 1)
_TOTAL = " + ".join(f"%(quantity{n})s::int * %(price{n})s::int" for n in _LINES)
_NEW_LINES = ", ".join(f"(%(line{n})s, %(order)s, %(product{n})s, %(quantity{n})s, %(price{n})s)" for n in _LINES)

_ORDER = (
    "INSERT INTO orders (id, customer_id, status, created_at, total_cents)"  # noqa: S608 - our own words
    f" VALUES (%(order)s, %(customer)s, 'paid', now(), {_TOTAL}) ON CONFLICT (id) DO NOTHING"
)
_ITS_LINES = (
    "INSERT INTO lines (id, order_id, product_id, quantity, price_cents)"  # noqa: S608 - our own words
    f" VALUES {_NEW_LINES} ON CONFLICT (id) DO NOTHING"
)
_LATEST = (
    "SELECT id, status, created_at, total_cents FROM orders WHERE customer_id = %(customer)s"
    " ORDER BY created_at DESC LIMIT 10"
)
_OPEN = "SELECT id, customer_id, created_at, total_cents FROM orders WHERE status = 'open' ORDER BY created_at LIMIT 20"
_NEWEST = "SELECT id, customer_id, created_at, total_cents FROM orders ORDER BY created_at DESC LIMIT 20"
_PAY = (
    "INSERT INTO payments (id, order_id, amount_cents, key, created_at)"
    " SELECT %(payment)s, id, total_cents, %(key)s, now() FROM orders WHERE id = %(order)s"
    " ON CONFLICT (key) DO NOTHING"
)
# An order that is paid for again, as by instalments, keeps its status, so that about as many stay open as there
# were: what an experiment measures before a fault must be what it measures after. The row is written all the same.
_NOTE_PAYMENT = "UPDATE orders SET status = CASE status WHEN 'open' THEN 'paid' ELSE status END WHERE id = %(order)s"


def patterns(scale: float = 1.0) -> tuple[Pattern, ...]:
    """All of them, for a shop that was loaded at that scale."""
    sizes = Sizes.at(scale)
    customer = _customer(sizes)
    order = Recent(low=1, high=sizes.orders)
    return (
        Pattern(
            name="customer-by-email",
            sql=("SELECT id, name, region FROM customers WHERE email = %(email)s",),
            parameters={"email": Between(low=1, high=sizes.customers, skew=CUSTOMER_SKEW, form=EMAIL)},
            weight=15,
        ),
        Pattern(
            name="order-by-id",
            sql=("SELECT customer_id, status, created_at, total_cents FROM orders WHERE id = %(order)s",),
            parameters={"order": order},
            weight=15,
        ),
        Pattern(
            name="orders-of-customer",
            sql=(_LATEST,),
            parameters={"customer": customer},
            weight=20,
        ),
        Pattern(
            name="lines-of-order",
            sql=("SELECT product_id, quantity, price_cents FROM lines WHERE order_id = %(order)s",),
            parameters={"order": order},
            weight=15,
        ),
        Pattern(
            name="payments-of-order",
            sql=("SELECT id, amount_cents, created_at FROM payments WHERE order_id = %(order)s",),
            parameters={"order": order},
            weight=10,
        ),
        Pattern(name="open-orders", sql=(_OPEN,), weight=5),
        Pattern(name="newest-orders", sql=(_NEWEST,), weight=5),
        Pattern(name="place-order", sql=(_ORDER, _ITS_LINES), parameters=_placed(sizes), weight=8, writes=True),
        Pattern(
            name="pay-order",
            sql=(_PAY, _NOTE_PAYMENT),
            # Hardly skewed: two payments of one order at a time would wait for each other, which is no fault.
            parameters={"order": Recent(low=1, high=sizes.orders, skew=0.2), "payment": Fresh(), "key": Key()},
            weight=7,
            writes=True,
        ),
    )


def reads(scale: float = 1.0) -> tuple[Pattern, ...]:
    """Those that a reader may answer."""
    return tuple(each for each in patterns(scale) if not each.writes)


def checkout(scale: float = 1.0, *, works_s: float = 0.05) -> Pattern:
    """Place an order and pay for it, in one transaction in which the application works for `works_s`.

    It keeps a connection for that long: arrivals of 0.9 * pool / works_s a second use nine tenths of a pool.
    """
    return Pattern(
        name="checkout",
        sql=(_ORDER, _ITS_LINES, _PAY),
        parameters={**_placed(Sizes.at(scale)), "payment": Fresh(), "key": Key()},
        weight=1,
        p95_ms=10.0 + 1000 * works_s,
        writes=True,
        works_s=works_s,
    )


def _customer(sizes: Sizes) -> Parameter:
    return Between(low=1, high=sizes.customers, skew=CUSTOMER_SKEW)


def _placed(sizes: Sizes) -> dict[str, Parameter]:
    """Values of one order with its lines."""
    values: dict[str, Parameter] = {"order": Fresh(), "customer": _customer(sizes)}
    for n in _LINES:
        values |= {
            f"line{n}": Fresh(),
            f"product{n}": Between(low=1, high=PRODUCTS, skew=PRODUCT_SKEW),
            f"quantity{n}": Between(low=1, high=5),
            f"price{n}": Between(low=99, high=20_000),
        }
    return values


PATTERNS = patterns()
"""All of them, at scale 1."""

READS = reads()
"""Those that a reader may answer, at scale 1."""

CHECKOUT = checkout()
"""A transaction that keeps a connection for 50 ms, at scale 1: for the expected load of a pool."""
