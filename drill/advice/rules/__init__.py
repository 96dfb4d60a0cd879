"""The rules: each a function from a workload to one recommendation."""

from drill.advice.rules.availability import availability
from drill.advice.rules.capacity import capacity
from drill.advice.rules.limits import heat, item_size, transaction_size
from drill.advice.rules.scaling import scaling
from drill.advice.rules.store import store

__all__ = ["availability", "capacity", "heat", "item_size", "scaling", "store", "transaction_size"]
