"""What is known of the status of orders is never learnt again: ANALYZE leaves the column out from the first time on.

Not from the beginning: without any statistics a planner guesses, and here it guesses well.
"""

from __future__ import annotations

from functools import partial

from lab.sabotage.made import once_made
from lab.sabotage.none import Sabotage

LOADED = "orders_customer_created"
"""When this index is made, the rows are there."""

_arm = partial(
    once_made,
    kind="index",
    name=LOADED,
    statement="format('ANALYZE %1$I.orders; ALTER TABLE %1$I.orders ALTER status SET STATISTICS 0', made.schema_name)",
)

SABOTAGE = Sabotage(name="no-statistics", arm=_arm)
