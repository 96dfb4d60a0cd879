"""What DynamoDB reports of itself to CloudWatch, in AWS's names and dimensions; once a second, not once a minute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lab.dynamodb.capacity.consumption import Consumption, OperationUse, Use
from lab.dynamodb.metrics.kept import Name, named
from lab.dynamodb.metrics.series import Summary, one

NAMESPACE = "AWS/DynamoDB"


class Counted:
    """What happened since it was last asked: consumption, by the difference of two counts, and latencies."""

    def __init__(self) -> None:
        """Have seen nothing."""
        self._before = Consumption(uses={}, operations={})
        self._latencies: dict[Name, Summary] = {}
        self._events: dict[Name, float] = {}

    def answered(self, table: str, operation: str, took_s: float) -> None:
        """Count the latency of a request that was answered."""
        self._measured(_of("SuccessfulRequestLatency", table, Operation=operation), took_s * 1000)

    def failed(self, table: str, operation: str, metric: str) -> None:
        """Count a request that was refused: SystemErrors, UserErrors or ConditionalCheckFailedRequests."""
        with_operation = {"Operation": operation} if metric == "SystemErrors" else {}
        name = _of(metric, table, **with_operation)
        self._events[name] = self._events.get(name, 0) + 1

    def replicated(self, table: str, receiving: str, took_s: float) -> None:
        """Count how long a change was on its way."""
        self._measured(_of("ReplicationLatency", table, ReceivingRegion=receiving), took_s * 1000)

    def taken(
        self, now: Consumption, provisioned: Mapping[tuple[str, str | None], Mapping[str, Any]]
    ) -> Iterator[tuple[Name, Summary]]:
        """All of it, which is then forgotten; `provisioned` are the units of tables and indexes that have any."""
        before, self._before = self._before, now
        for key, use in now.uses.items():
            yield from _consumed(*key, use, before.uses.get(key, Use()))
        for (table, operation), used in now.operations.items():
            yield from _requests(table, operation, used, before.operations.get((table, operation), OperationUse()))
        for (table, index), units in provisioned.items():
            for kind in ("Read", "Write"):
                yield _of(f"Provisioned{kind}CapacityUnits", table, index), one(float(units[f"{kind}CapacityUnits"]))
        latencies, self._latencies = self._latencies, {}
        events, self._events = self._events, {}
        yield from latencies.items()
        for name, count in events.items():
            yield name, Summary(count, count, 1.0, 1.0)

    def _measured(self, name: Name, value: float) -> None:
        known = self._latencies.get(name)
        self._latencies[name] = one(value) if known is None else known + one(value)


def _of(metric: str, table: str, index: str | None = None, **dimensions: str) -> Name:
    of_index = {"GlobalSecondaryIndexName": index} if index else {}
    return named(NAMESPACE, metric, {"TableName": table, **of_index, **dimensions})


def _consumed(table: str, index: str | None, use: Use, before: Use) -> Iterator[tuple[Name, Summary]]:
    yield _of("ConsumedReadCapacityUnits", table, index), one(use.read_units - before.read_units)
    yield _of("ConsumedWriteCapacityUnits", table, index), one(use.write_units - before.write_units)
    for kind, throttles in (
        ("Read", use.read_throttles - before.read_throttles),
        ("Write", use.write_throttles - before.write_throttles),
    ):
        if throttles:
            yield _of(f"{kind}ThrottleEvents", table, index), Summary(throttles, throttles, 1.0, 1.0)
    if conflicts := use.conflicts - before.conflicts:
        yield _of("TransactionConflict", table, index), Summary(conflicts, conflicts, 1.0, 1.0)


def _requests(table: str, operation: str, used: OperationUse, before: OperationUse) -> Iterator[tuple[Name, Summary]]:
    if throttled := used.throttled - before.throttled:
        yield _of("ThrottledRequests", table, Operation=operation), Summary(throttled, throttled, 1.0, 1.0)
    returned = used.returned_items - before.returned_items
    succeeded = used.succeeded - before.succeeded
    if succeeded and operation in {"Query", "Scan"}:
        mean = returned / succeeded
        yield _of("ReturnedItemCount", table, Operation=operation), Summary(succeeded, returned, mean, mean)
