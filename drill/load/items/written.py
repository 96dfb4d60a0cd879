"""The values that requests write, with how each request ended: the table `written`."""

from __future__ import annotations

import polars as pl

from drill.history import Outcome
from drill.items import ItemRequest
from drill.requests import Answer
from drill.tables import SCHEMAS, typed_table


class Written:
    """Appends a row for each value of a request; not thread-safe: it belongs to the loop."""

    def __init__(self) -> None:
        """Start without a row."""
        self._rows: list[tuple[object, ...]] = []

    def note(self, request: ItemRequest, begun_ns: int, completed_ns: int, answer: Answer) -> None:
        """Note how one ended; its region is that of the answer, where it was acknowledged."""
        region = answer.server if answer.outcome is Outcome.OK else None
        for put in request.puts:
            self._rows.append(
                (
                    *(request.key, request.pattern, put.table, put.item, put.value, region),
                    *(begun_ns, completed_ns, str(answer.outcome)),
                )
            )

    def table(self) -> pl.DataFrame:
        """All of it, in the order in which requests were answered."""
        schema = {
            column: pl.String() if isinstance(kind, pl.Categorical | pl.Enum) else kind
            for column, kind in SCHEMAS["written"].items()
        }
        return typed_table("written", pl.DataFrame(self._rows, schema=schema, orient="row"))
