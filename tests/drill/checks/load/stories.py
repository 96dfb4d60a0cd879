"""Histories of an application under load, told in seconds: steady, a fault at 0, healing, and what came after.

Times are seconds after injection. Nothing is drawn by chance: request number n is always the same.

    story = under_load()
    story.change("requests", {"outcome": "failed"}, between(2, 3))
    story.row("sessions", 1.0, application="shop", state="active")
    verdict = throughput_keeps()(story.told())
"""

from collections.abc import Callable
from typing import Any

import polars as pl

from drill.history import SCHEMA, Anchor, History
from drill.tables import typed_table
from tests.drill.histories import INJECTED_NS, Row, Story, fault, ns, steps

STEADY_S, HEALED_S, END_S = 4.0, 8.0, 14.0
RATE = 100
LATENCY_MS = 4.0
PATTERNS = ("order-by-id", "orders-of-customer", "lines-of-order", "place-order")
STATE: Row = {"instance": "a", "address": "10.0.0.1", "user": "shop", "state": "idle", "state_age_s": 1.0}

Where = Callable[[Row], bool]


class LoadStory:
    """Operations and tables in the making."""

    def __init__(self, story: Story) -> None:
        """Begin with the operations of a story."""
        self.story = story
        self.tables: dict[str, list[Row]] = {}

    def row(self, table: str, at_s: float | None = None, **columns: Any) -> "LoadStory":
        """One row of a table, at a moment where it has one."""
        when = {} if at_s is None else {"at_ns": ns(at_s)}
        self.tables.setdefault(table, []).append({**when, **columns})
        return self

    def empty(self, table: str) -> "LoadStory":
        """A table that was recorded, and holds nothing."""
        self.tables[table] = []
        return self

    def forget(self, table: str) -> "LoadStory":
        """A table that was never recorded."""
        self.tables.pop(table, None)
        return self

    def request(self, due_s: float, latency_ms: float = LATENCY_MS, **columns: Any) -> "LoadStory":
        """A request that was due then, answered OK unless `outcome` says otherwise."""
        told: Row = {"pattern": PATTERNS[0], "endpoint": "writer", "outcome": "ok", "attempts": 1, "waited_ns": 0}
        when = {"due_ns": ns(due_s), "begun_ns": ns(due_s), "completed_ns": ns(due_s + latency_ms / 1000)}
        return self.row("requests", **told | when | columns)

    def change(self, table: str, changes: Row | Callable[[Row], Row], where: Where = lambda _: True) -> "LoadStory":
        """Overwrite columns of the rows that are meant."""
        for row in filter(where, self.tables[table]):
            row.update(changes(row) if callable(changes) else changes)
        return self

    def slow(self, latency_ms: float, where: Where) -> "LoadStory":
        """Requests that take so long."""
        return self.change("requests", lambda row: {"completed_ns": row["due_ns"] + round(latency_ms * 1e6)}, where)

    def without(self, table: str, where: Where) -> "LoadStory":
        """Take rows out of a table."""
        self.tables[table] = [row for row in self.tables[table] if not where(row)]
        return self

    def told(self) -> History:
        """As an experiment would have recorded it."""
        columns = {name: [row.get(name) for row in self.story.rows] for name in SCHEMA}
        return History.of(
            pl.DataFrame(columns, schema=SCHEMA),
            anchor=Anchor(monotonic_ns=INJECTED_NS, wall_ns=0, error_ns=0),
            fault="flood",
            tables={name: typed_table(name, rows) for name, rows in self.tables.items()},
        )


def between(from_s: float, to_s: float, column: str | None = None) -> Where:
    """Rows of these seconds after injection: by when they were due, or looked at."""

    def lies(row: Row) -> bool:
        moment = row[column] if column else row.get("due_ns", row.get("at_ns"))
        return moment is not None and ns(from_s) <= moment < ns(to_s)

    return lies


def during(row: Row) -> bool:
    """Rows of the time under the fault."""
    return between(0, HEALED_S)(row)


def every(place: int, where: Where = lambda _: True) -> Where:
    """One in so many of the rows that are meant."""
    seen = iter(range(10**9))
    return lambda row: where(row) and next(seen) % place == 0


def quiet(*, healed_s: float = HEALED_S) -> LoadStory:
    """A fault that takes effect and is healed, and nothing else."""
    return LoadStory(fault(healed_s=healed_s))


def under_load(*, rate: int = RATE, end_s: float = END_S, healed_s: float = HEALED_S) -> LoadStory:
    """An application that never notices the fault: each pattern in turn, at an even pace."""
    story = quiet(healed_s=healed_s)
    for number, due_s in enumerate(steps(-STEADY_S, end_s, 1 / rate)):
        story.request(due_s, LATENCY_MS + number % 5 * 0.2, pattern=PATTERNS[number % len(PATTERNS)])
    return story


def watched(story: LoadStory, connections: Callable[[float], int] = lambda _: 12, *, end_s: float = END_S) -> LoadStory:
    """The server's connections are counted five times a second."""
    for at_s in steps(-STEADY_S, end_s, 0.2):
        story.row("samples", at_s, instance="a", connections=connections(at_s), took_ns=1_000_000)
    return story


def session(story: LoadStory, at_s: float, application: str, **columns: Any) -> LoadStory:
    """One session, as it was seen at a moment."""
    return story.row("sessions", at_s, **{**STATE, "application": application, "pid": 100, **columns})
