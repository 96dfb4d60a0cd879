"""What the load saw, row by row, and the three tables it becomes."""

from __future__ import annotations

import polars as pl

from drill.history import Outcome
from drill.requests import Answer, PoolState, Transfer
from drill.tables import SCHEMAS, typed_table

TRANSFER = "transfer"
"""The pattern's name under which a transfer stands among the requests."""


class Recorder:
    """Appends rows; not thread-safe: it belongs to the loop."""

    def __init__(self) -> None:
        """Start without a row."""
        self.requests: list[tuple[object, ...]] = []
        self.pool: list[tuple[object, ...]] = []
        self.transfers: list[tuple[object, ...]] = []
        self.ok = self.failed = 0
        self.last_ok_ns: int | None = None

    def request(
        self, pattern: str, endpoint: str, moments_ns: tuple[int, int, int], answer: Answer, transfer: Transfer | None
    ) -> None:
        """Note how one ended; moments are when it was due, begun and completed."""
        due_ns, begun_ns, completed_ns = moments_ns
        self.requests.append(
            (
                *(pattern, endpoint, due_ns, begun_ns, completed_ns),
                *(answer.waited_ns, answer.attempts),
                *(str(answer.outcome), answer.code, answer.cause and str(answer.cause), answer.server),
            )
        )
        if transfer is not None:
            self.transfers.append(
                (
                    *(transfer.key, transfer.source, transfer.destination, transfer.amount),
                    *(answer.attempts, str(answer.outcome), answer.code, due_ns, completed_ns),
                )
            )
        if answer.outcome is Outcome.OK:
            self.ok += 1
            self.last_ok_ns = completed_ns
        else:
            self.failed += 1

    def sample(self, at_ns: int, pools: list[PoolState]) -> None:
        """Note how the application's pools stand."""
        for each in pools:
            state = (each.size, each.in_use, each.waiting, each.max_size, each.max_waiting)
            self.pool.append((at_ns, each.endpoint, *state))

    def tables(self, checkouts: list[tuple[str, int, int | None]]) -> dict[str, pl.DataFrame]:
        """All of it; a pool or checkouts that nobody told of are left out, since nothing is known of them."""
        tables = {"requests": _table("requests", self.requests)}
        if self.pool:
            tables["pool"] = _table("pool", self.pool)
        if checkouts:
            tables["checkouts"] = _table("checkouts", checkouts)
        if self.transfers:
            tables["transfers"] = _table("transfers", self.transfers)
        return tables


def _table(name: str, rows: list[tuple[object, ...]] | list[tuple[str, int, int | None]]) -> pl.DataFrame:
    """Rows as that table; words come in as text, and become categories by a cast."""
    schema = {
        column: pl.String() if isinstance(kind, pl.Categorical | pl.Enum) else kind
        for column, kind in SCHEMAS[name].items()
    }
    return typed_table(name, pl.DataFrame(rows, schema=schema, orient="row"))
