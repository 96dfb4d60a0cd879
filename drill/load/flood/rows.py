"""What the clients of a crowd did, as rows of a history, and how many there were of what."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from drill.history import Action, typed
from drill.targets.outcomes import Ending

FULL = "53300"
"""The SQLSTATE of a server, a database or a role that has too many connections."""


class Row(NamedTuple):
    """One operation; the names are those of a history's columns."""

    client: str
    action: str
    endpoint: str
    invoked_ns: int
    completed_ns: int
    outcome: str
    code: str | None
    cause: str | None


class Rows:
    """Appends rows and counts them; not thread-safe: it belongs to the loop."""

    def __init__(self) -> None:
        """Start without a row."""
        self._rows: list[Row] = []
        self.connected = self.refused = self.unconnected = self.answered = self.failed = 0

    def connect(self, client: str, endpoint: str, since_ns: int, until_ns: int, ending: Ending) -> None:
        """One attempt to connect."""
        self.connected += ending.code is None and ending.cause is None
        self.refused += ending.code == FULL
        self.unconnected += ending.cause is not None and ending.code != FULL
        self._add(client, Action.CONNECT, endpoint, since_ns, until_ns, ending)

    def request(self, client: str, endpoint: str, since_ns: int, until_ns: int, ending: Ending) -> None:
        """One statement, or one transaction from its begin to its end."""
        self.answered += ending.cause is None
        self.failed += ending.cause is not None
        self._add(client, Action.REQUEST, endpoint, since_ns, until_ns, ending)

    def frame(self) -> pl.DataFrame:
        """All rows with the columns and types of a history."""
        kinds = {"invoked_ns": pl.Int64, "completed_ns": pl.Int64}
        schema = {name: kinds.get(name, pl.String) for name in Row._fields}
        return typed(pl.DataFrame(self._rows, schema=schema, orient="row"))

    def _add(self, client: str, action: Action, endpoint: str, since_ns: int, until_ns: int, ending: Ending) -> None:
        outcome, code, cause = ending
        self._rows.append(
            Row(
                client=client,
                action=str(action),
                endpoint=endpoint,
                invoked_ns=since_ns,
                completed_ns=until_ns,
                outcome=str(outcome),
                code=code,
                cause=None if cause is None else str(cause),
            )
        )
