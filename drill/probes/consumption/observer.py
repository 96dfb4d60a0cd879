"""Who watches what a cluster spends, beside whoever watches the rest of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from drill.history import Anchor
from drill.probes.consumption.counters import IoCounters

Spent = Callable[[int, int], Mapping[str, pl.DataFrame]]
"""What was spent between two moments of the monotonic clock, as tables of a history."""


class Watcher(Protocol):
    """What drill.experiment.under_load wants of an observer."""

    def watching(self) -> AbstractContextManager[None]:
        """Sample what goes on, for the length of a block."""

    def look(self, moment: str) -> None:
        """Take what is taken at that moment."""

    def examine(self) -> None:
        """Once the load has stopped."""

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """All that was seen."""

    def anchor(self) -> Anchor:
        """One moment on both clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingObserver:
    """Another observer, and beside it I/O counted throughout, and what was `spent`, asked for in the end.

    It must not disturb what is measured: two short questions a second to each instance, and the rest once the load has
    stopped. Whoever cannot be asked raises ProbeError: a bill with gaps proves nothing.
    """

    beside: Watcher
    counting: Callable[[], AbstractContextManager[IoCounters]]
    spent: Spent
    now_ns: Callable[[], int] = time.monotonic_ns
    _began_ns: list[int] = field(default_factory=list, init=False, repr=False)
    _seen: list[tuple[str, pl.DataFrame]] = field(default_factory=list, init=False, repr=False)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count, and let the other one watch."""
        self._began_ns.append(self.now_ns())
        with self.counting() as counters, self.beside.watching():
            yield
        self._seen.append(("consumption", counters.table()))

    def look(self, moment: str) -> None:
        """As the other one does."""
        self.beside.look(moment)

    def examine(self) -> None:
        """What the other one wants to know, and then the bill."""
        self.beside.examine()
        self._seen.extend(self.spent(self._began_ns[0], self.now_ns()).items())

    def tables(self) -> dict[str, pl.DataFrame]:
        """All that both have seen, each table in one piece."""
        pieces: dict[str, list[pl.DataFrame]] = {}
        for name, rows in (*self.beside.tables().items(), *self._seen):
            pieces.setdefault(name, []).append(rows)
        return {name: pl.concat(rows) for name, rows in pieces.items()}

    def anchor(self) -> Anchor:
        """One moment on both clocks."""
        return self.beside.anchor()
