"""Orders have an index more, by their total, that nobody ever asks for."""

from __future__ import annotations

from functools import partial

from lab.sabotage.made import once_made
from lab.sabotage.none import Sabotage

BESIDE = "orders_customer_created"
INDEX = "orders_total"

_arm = partial(
    once_made,
    kind="index",
    name=BESIDE,
    statement=f"format('CREATE INDEX {INDEX} ON %I.orders (total_cents)', made.schema_name)",
)

SABOTAGE = Sabotage(name="unused-index", arm=_arm)
