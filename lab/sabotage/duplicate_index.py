"""Beside an index a second one appears, the same but for its name."""

from __future__ import annotations

from functools import partial

from lab.sabotage.made import once_made
from lab.sabotage.none import Sabotage

INDEX = "orders_customer_created"
TWIN = "orders_customer_created_again"

_arm = partial(
    once_made,
    kind="index",
    name=INDEX,
    statement=f"replace(pg_get_indexdef(made.objid), 'INDEX {INDEX} ON', 'INDEX {TWIN} ON')",
)

SABOTAGE = Sabotage(name="duplicate-index", arm=_arm)
