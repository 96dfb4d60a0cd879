"""What databases are paid for: the items of a price book, and the unit in which each is counted.

    read request units                 million     what reads of an on-demand table consume
    write request units                million     what its writes consume
    replicated write request units     million     the same, in every region of a global table
    read capacity units                unit-hour   what a provisioned table holds ready, used or not
    write capacity units               unit-hour
    replicated write capacity units    unit-hour
    table storage                      GB-month    of a table and each of its indexes
    table recovery                     GB-month    point-in-time recovery of the same
    db.CLASS                           hour        an instance (db.serverless: ACU-hour)
    db.CLASS io-optimized              hour        the same in a cluster that pays for no I/O
    cluster storage                    GB-month
    cluster storage io-optimized       GB-month
    cluster io                         million     reads of a page from storage, writes of 4 KB of log

A GB is 2^30 bytes, a month 730 hours, as AWS's own calculator has it.
"""

from __future__ import annotations

from collections.abc import Iterable

READS = "read request units"
WRITES = "write request units"
REPLICATED_WRITES = "replicated write request units"
READ_CAPACITY = "read capacity units"
WRITE_CAPACITY = "write capacity units"
REPLICATED_WRITE_CAPACITY = "replicated write capacity units"
TABLE_STORAGE = "table storage"
TABLE_RECOVERY = "table recovery"
CLUSTER_STORAGE = "cluster storage"
CLUSTER_IO = "cluster io"
IO_OPTIMIZED = " io-optimized"
"""What is added to the name of an item of a cluster that pays for no I/O."""

MILLION = "million"
UNIT_HOUR = "unit-hour"
ACU_HOUR = "ACU-hour"
HOUR = "hour"
GB_MONTH = "GB-month"

HOURS_A_MONTH = 730
MONTH_S = HOURS_A_MONTH * 3600
GB = 2**30
SERVERLESS = "db.serverless"

_UNITS = {
    READS: MILLION,
    WRITES: MILLION,
    REPLICATED_WRITES: MILLION,
    READ_CAPACITY: UNIT_HOUR,
    WRITE_CAPACITY: UNIT_HOUR,
    REPLICATED_WRITE_CAPACITY: UNIT_HOUR,
    TABLE_STORAGE: GB_MONTH,
    TABLE_RECOVERY: GB_MONTH,
    CLUSTER_STORAGE: GB_MONTH,
    CLUSTER_STORAGE + IO_OPTIMIZED: GB_MONTH,
    CLUSTER_IO: MILLION,
    SERVERLESS: ACU_HOUR,
    SERVERLESS + IO_OPTIMIZED: ACU_HOUR,
}

ITEMS = tuple(_UNITS)
"""Every item but the instance classes, of which there are many."""

OF_TABLES = (READS, WRITES, READ_CAPACITY, WRITE_CAPACITY, TABLE_STORAGE, TABLE_RECOVERY)
OF_GLOBAL_TABLES = (REPLICATED_WRITES, REPLICATED_WRITE_CAPACITY)
OF_CLUSTERS = (CLUSTER_IO, CLUSTER_STORAGE, CLUSTER_STORAGE + IO_OPTIMIZED)
"""What must have a price before a table or a cluster is judged, in whichever model it is paid for."""

BY_USE = frozenset({READS, WRITES, REPLICATED_WRITES, CLUSTER_IO})
"""What is paid for by use; everything else is paid for while it is there."""


def of_instances(classes: Iterable[str]) -> tuple[str, ...]:
    """What must have a price for instances of these classes, in both storage models."""
    return tuple(item for each in dict.fromkeys(classes) for item in (each, each + IO_OPTIMIZED))


def unit_of(item: str) -> str | None:
    """The unit in which an item is counted; None for what is no item."""
    if item in _UNITS:
        return _UNITS[item]
    return HOUR if item.startswith("db.") else None
