"""One region's DynamoDB: a call meets its faults, its capacity, its items, and then goes on to the other regions."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lab.dynamodb.blame import MODEL, blame
from lab.dynamodb.capacity.layer import Metered
from lab.dynamodb.defect import Calls, Defect
from lab.dynamodb.faults import Faults
from lab.dynamodb.images import Image
from lab.dynamodb.metrics.counted import Counted
from lab.dynamodb.metrics.kept import Kept
from lab.dynamodb.refused import Refused
from lab.dynamodb.replication.updates import OPERATIONS, GlobalTables
from lab.dynamodb.store import Store

if TYPE_CHECKING:
    from lab.dynamodb.capacity.core import Change
    from lab.dynamodb.capacity.errors import Billing


TRANSACTION_S = 0.005
"""How long a transaction takes, and holds its items; AWS's take some milliseconds more than two writes do."""


class Region:
    """Answers the calls of one region, on the thread of the event loop.

    `changed` is told of every item written by a client, with the region's name.
    """

    def __init__(
        self,
        name: str,
        faults: Faults,
        *,
        changed: Callable[[str, Change], None] = lambda _region, _change: None,
        defect: Defect | None = None,
        now_s: Callable[[], float] = time.monotonic,
        transaction_s: float = TRANSACTION_S,
    ) -> None:
        """Hold what there is in that region."""
        self.name = name
        self._transaction_s = transaction_s
        self.store = Store(name)
        self.metrics = Kept()
        self.counted = Counted()
        self._of_tables: GlobalTables | None = None
        defect = defect or Defect()
        self.metered = Metered(
            Defective(self.store, defect.carried_out) if defect.carried_out else self.store,
            now=now_s,
            token_life_s=defect.tokens_known_s,
            transaction_s=transaction_s,
            changed=lambda change: changed(name, change),
            refuse=lambda kind, table, index: faults.refuse(name, self, kind, table, index) if faults.now else None,
        )

    def call(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a call; raises Refused, and nothing else."""
        try:
            return self._answer(operation, body)
        except Refused:
            raise
        except Exception as error:
            if operation not in MODEL.operation_names:
                raise
            raise blame(operation, body, error) from error

    def _answer(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        told = self._of_tables.call(self.name, operation, body) if self._of_tables and operation in OPERATIONS else None
        if told is None:
            return self.metered.call(operation, body)
        self.metered.forget()  # what it knows of its tables
        return told

    def takes_s(self, operation: str) -> float:
        """For how long what was just carried out must not be answered yet: the time for which a transaction holds."""
        return self._transaction_s if operation == "TransactWriteItems" else 0.0

    def share(self, tables: GlobalTables) -> None:
        """Have these answer what concerns tables in several regions."""
        self._of_tables = tables

    def answered(self, operation: str, tables: Collection[str], took_s: float, refused: Refused | None) -> None:
        """Take note of what a client was told, and how long it took."""
        for table in tables:
            if refused is None:
                self.counted.answered(table, operation, took_s)
            elif refused.status >= 500:
                self.counted.failed(table, operation, "SystemErrors")
            elif refused.code == "ConditionalCheckFailedException":
                self.counted.failed(table, operation, "ConditionalCheckFailedRequests")

    def replicate(self, table: str, key: dict[str, Any], image: Image | None) -> None:
        """Have an item be as another region wrote it; what it costs is charged here, too, as AWS does."""
        with suppress(Refused):  # the table is gone, and with it all that was on its way here
            before = self.store.item(table, key)
            self.store.write(table, key, image)
            self.metered.replicated(table, before, image)

    def report(self, at_s: int) -> None:
        """Put what happened since the last time into the metrics, as of this second."""
        self.metrics.add(at_s, list(self.counted.taken(self.metered.consumption(), self._provisioned())))

    def arn(self, table: str) -> str:
        """The ARN of a table."""
        return str(self.store.table(table).table_arn)

    def billing(self, table: str) -> Billing:
        """How a table is paid for."""
        on_demand = self.store.table(table).billing_mode == "PAY_PER_REQUEST"
        return "PAY_PER_REQUEST" if on_demand else "PROVISIONED"

    def indexes(self, table: str) -> Collection[str]:
        """A table's global secondary indexes."""
        return [each.name for each in self.store.table(table).global_indexes]

    def _provisioned(self) -> dict[tuple[str, str | None], Mapping[str, Any]]:
        found: dict[tuple[str, str | None], Mapping[str, Any]] = {}
        for name in self.store.tables():
            table = self.store.table(name)
            if table.billing_mode != "PAY_PER_REQUEST":
                found[name, None] = table.throughput
                found.update({(name, each.name): each.throughput for each in table.global_indexes})
        return found


class Defective:
    """A store that carries calls out in a defective way."""

    def __init__(self, store: Store, carried_out: Callable[[Calls, str, dict[str, Any]], dict[str, Any]]) -> None:
        """Carry out this store's calls so."""
        self._store = store
        self._carried_out = carried_out

    def call(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a call; raises Refused."""
        return self._carried_out(self._store, operation, body)

    def item(self, table: str, key: Mapping[str, Any]) -> Image | None:
        """An item as it stands."""
        return self._store.item(table, key)

    def describe(self, table: str) -> dict[str, Any]:
        """What DescribeTable says."""
        return self._store.describe(table)
