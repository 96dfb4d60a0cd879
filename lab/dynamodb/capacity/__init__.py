"""What DynamoDB's capacity does to requests: units, token buckets, throttling, partial batches, transactions.

    sizes, units          bytes of an item, units of a read or write
    schema                what of a table's description decides about capacity
    buckets, gauge        what comes at a rate, and whether there is some left
    table, core           a table with its gauges; what all operations share
    single, pages, batches, transactions            the operations
    tokens, ongoing       transactions of the last minutes, and of this moment
    consumed, consumption what a request is told, and what is counted
    errors                how a throttled request is answered
    layer                 `Metered`: all of it around a store

Pure: no HTTP, no moto, no clock of its own.
"""

from lab.dynamodb.capacity.consumption import Consumption, OperationUse, Use
from lab.dynamodb.capacity.core import Change, Store
from lab.dynamodb.capacity.errors import REASONS, Billing, Kind, throttled
from lab.dynamodb.capacity.layer import Metered
from lab.dynamodb.capacity.limits import AccountLimits
from lab.dynamodb.capacity.sizes import item_size

__all__ = [
    "REASONS",
    "AccountLimits",
    "Billing",
    "Change",
    "Consumption",
    "Kind",
    "Metered",
    "OperationUse",
    "Store",
    "Use",
    "item_size",
    "throttled",
]
