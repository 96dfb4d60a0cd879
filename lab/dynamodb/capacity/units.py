"""From bytes to capacity units: what one read or one write of a size consumes.

Source: DynamoDB Developer Guide, "DynamoDB read and write operations" (read-write-operations). A write unit is 1 KB, a
read unit 4 KB; a KB has 1,024 bytes. A read that may be stale costs half, one in a transaction double.
"""

from __future__ import annotations

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096


def write_units(size_bytes: int, *, transactional: bool = False) -> int:
    """Units of a write of so many bytes (the larger of the item before and after), at least one."""
    units = -(-size_bytes // WRITE_UNIT_BYTES) or 1
    return units * 2 if transactional else units


def read_units(size_bytes: int, *, consistent: bool = False, transactional: bool = False) -> float:
    """Units of a read of so many bytes, at least one block: a miss costs as much as the smallest item."""
    blocks = -(-size_bytes // READ_UNIT_BYTES) or 1
    if transactional:
        return blocks * 2.0
    return float(blocks) if consistent else blocks * 0.5
