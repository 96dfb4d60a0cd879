"""Phase 1 of the requirements, decisions 1 to 4: declared workloads, and the look at what is deployed for each.

What a team declares in a file of its own (drill.toml, [load] workload) stands in their place.
"""

from dataclasses import dataclass

from drill.advice import AccessPattern, Consistency, Environment, Growth, Kind, Workload
from scenarios.provisioning import Inspection


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A workload, and the look at the database that carries it."""

    inspection: Inspection
    workload: Workload

    def __str__(self) -> str:
        """The id of the test's parameter."""
        return str(self.inspection)


def _read(name: str, kind: Kind, tables: tuple[str, ...], weight: float, items: int = 1) -> AccessPattern:
    return AccessPattern(
        name=name,
        kind=kind,
        rate_per_s=2 * weight,
        peak_per_s=5 * weight,
        item_bytes=200,
        items=items,
        consistency=Consistency.EVENTUAL,
        tables=tables,
        hottest_key_share=0.001,
    )


def _transaction(name: str, tables: tuple[str, ...], weight: float, items: int) -> AccessPattern:
    return AccessPattern(
        name=name,
        kind=Kind.TRANSACTION,
        rate_per_s=2 * weight,
        peak_per_s=5 * weight,
        item_bytes=200,
        items=items,
        tables=tables,
        hottest_key_share=0.001,
    )


SHOP_WORKLOAD = Workload(
    name="the shop",
    environment=Environment.PRODUCTION,
    predictable=True,
    patterns=(
        _read("customer-by-email", Kind.GET, ("customers",), 15),
        _read("order-by-id", Kind.GET, ("orders",), 15),
        _read("orders-of-customer", Kind.QUERY, ("orders",), 20, items=10),
        _read("lines-of-order", Kind.QUERY, ("lines",), 15, items=4),
        _read("payments-of-order", Kind.QUERY, ("payments",), 10),
        _read("open-orders", Kind.QUERY, ("orders",), 5, items=20),
        _read("newest-orders", Kind.QUERY, ("orders",), 5, items=20),
        _transaction("place-order", ("orders", "lines"), 8, items=5),
        _transaction("pay-order", ("payments", "orders"), 7, items=2),
    ),
    growth=Growth(storage_gb=1, storage_gb_per_month=0.1, rate_pct_per_month=2),
    latency_p95_ms=10,
    recovery_time_s=60,
    foreign_keys=True,
    ad_hoc_sql=True,
)
"""The shop of scenarios/shop.py with the weights of its patterns: lines refer to orders, and people ask in SQL."""

ORDERS_WORKLOAD = Workload(
    name="order items",
    environment=Environment.PRODUCTION,
    predictable=False,
    patterns=(
        _read("order-by-id", Kind.GET, ("orders",), 40),
        _read("orders-of-customer", Kind.QUERY, ("orders",), 30, items=10),
        _read("open-orders", Kind.QUERY, ("orders",), 10, items=10),
        _transaction("place-order", ("orders",), 20, items=2),
    ),
    growth=Growth(storage_gb=1, storage_gb_per_month=0.1, rate_pct_per_month=2),
    latency_p95_ms=10,
    recovery_time_s=60,
)
"""Orders as items, read and written by key, with traffic that nobody knows beforehand."""

SESSIONS_WORKLOAD = Workload(
    name="session items",
    environment=Environment.PRODUCTION,
    predictable=True,
    patterns=(
        AccessPattern(
            name="session",
            kind=Kind.GET,
            rate_per_s=50,
            peak_per_s=100,
            tables=("sessions",),
            hottest_key_share=0.001,
        ),
        AccessPattern(
            name="seen",
            kind=Kind.WRITE,
            rate_per_s=50,
            peak_per_s=100,
            tables=("sessions",),
            hottest_key_share=0.001,
        ),
    ),
    latency_p95_ms=10,
)
"""Who is logged in: as steady as the working day, and forgotten after it."""

SHOP_ON_AURORA = Selection(
    inspection=Inspection(
        name="selection",
        fault_name="the shop on Aurora",
        story="nothing: what is deployed is held against what the shop's workload asks for",
    ),
    workload=SHOP_WORKLOAD,
)
ORDERS_ON_DYNAMODB = Selection(
    inspection=Inspection(
        name="selection",
        fault_name="order items on DynamoDB",
        story="nothing: what is deployed is held against what the workload of the order items asks for",
    ),
    workload=ORDERS_WORKLOAD,
)
SESSIONS_ON_DYNAMODB = Selection(
    inspection=Inspection(
        name="selection",
        fault_name="session items on DynamoDB",
        story="nothing: what is deployed is held against what the workload of the sessions asks for",
    ),
    workload=SESSIONS_WORKLOAD,
)
