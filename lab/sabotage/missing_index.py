"""An index is gone as soon as it is made, and nobody is told: the orders of a customer must be searched for."""

from __future__ import annotations

from functools import partial

from lab.sabotage.made import once_made
from lab.sabotage.none import Sabotage

INDEX = "orders_customer_created"

_arm = partial(once_made, kind="index", name=INDEX, statement="format('DROP INDEX %s', made.object_identity)")

SABOTAGE = Sabotage(name="missing-index", arm=_arm)
