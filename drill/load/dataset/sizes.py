"""How many rows there are at which scale, and how hot the hot ones are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

CUSTOMER_SKEW = 0.8
"""Zipf's exponent: at scale 1 the best customer makes one order in forty, the better half of them 87 %."""

PRODUCT_SKEW = 1.0
PRODUCTS = 5_000
EMAIL = "customer-{}@shop.example"

OPEN_SHARE = 0.001
"""Orders that are still open: so few that only an index finds them quickly."""

FIRST_PLACED = 1 << 32
"""The ids of what a load inserts begin here (drill.load.source): what was loaded lies below."""

LINES_PLACED = 3
"""How many lines each order has that a load places (scenarios/shop.py); fewer are half a transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Rows of each table: ids run from 1 to these."""

    customers: int
    orders: int

    @classmethod
    def at(cls, scale: float) -> Self:
        """20,000 customers and 200,000 orders at scale 1; never fewer than 10 and 100."""
        return cls(customers=max(10, round(20_000 * scale)), orders=max(100, round(200_000 * scale)))

    @property
    def open_orders(self) -> int:
        """How many of the orders are still open."""
        return max(1, round(self.orders * OPEN_SHARE))
