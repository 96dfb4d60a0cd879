"""What DynamoDB says to a call: the columns of `calls` that are known after.

Field names: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html,
API_ThrottlingReason.html, API_CancellationReason.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from drill.targets.repeating import READING

Response = Mapping[str, Any]


class Answered(NamedTuple):
    """How many items came back, were read, and were left undone."""

    returned: int | None
    evaluated: int | None
    unprocessed: int | None


class Units(NamedTuple):
    """Consumed units of reads and writes, tables and indexes together, and what of both indexes consumed."""

    of_reads: float | None
    of_writes: float | None
    of_indexes: float | None


NO_UNITS = Units(None, None, None)


def answered(operation: str, said: Response) -> Answered:
    """Items of an answer that is no error; a write brings none back."""
    match operation:
        case "Query" | "Scan":
            return Answered(said.get("Count"), said.get("ScannedCount"), None)
        case "GetItem":
            found = int("Item" in said)
            return Answered(found, found, None)
        case "BatchGetItem":
            found = sum(map(len, said.get("Responses", {}).values()))
            left = sum(len(each["Keys"]) for each in said.get("UnprocessedKeys", {}).values())
            return Answered(found, found, left)
        case "TransactGetItems":
            found = sum("Item" in each for each in said.get("Responses", ()))
            return Answered(found, found, None)
        case "BatchWriteItem":
            return Answered(None, None, sum(map(len, said.get("UnprocessedItems", {}).values())))
    return Answered(None, None, None)


def units(operation: str, said: Response) -> Units:
    """What it consumed, where it tells: one ConsumedCapacity, or one for each table."""
    told = said.get("ConsumedCapacity")
    if not told:
        return NO_UNITS
    read = write = index = 0.0
    for each in (told,) if isinstance(told, Mapping) else told:
        # A transaction tells reads and writes apart, since a repeated token only reads.
        if "ReadCapacityUnits" in each or "WriteCapacityUnits" in each:
            read += each.get("ReadCapacityUnits", 0.0)
            write += each.get("WriteCapacityUnits", 0.0)
        elif operation in READING:
            read += each.get("CapacityUnits", 0.0)
        else:
            write += each.get("CapacityUnits", 0.0)
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            index += sum(part.get("CapacityUnits", 0.0) for part in each.get(kind, {}).values())
    return Units(read, write, index)


def reasons(said: Response) -> tuple[list[str] | None, list[str] | None]:
    """Why it was refused, and the ARNs that the reasons name: ThrottlingReasons, or CancellationReasons' codes."""
    # RequestLimitExceeded and ProvisionedThroughputExceededException write it large, ThrottlingException small.
    throttling: Iterable[Mapping[str, Any]] = said.get("ThrottlingReasons") or said.get("throttlingReasons") or ()
    if found := [(each.get("reason", ""), each.get("resource", "")) for each in throttling]:
        return [reason for reason, _ in found], [resource for _, resource in found]
    cancelled = said.get("CancellationReasons")
    return ([str(each.get("Code")) for each in cancelled], None) if cancelled else (None, None)
