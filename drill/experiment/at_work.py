"""Who is at work in an experiment under load, as the experiment sees them: the load, companions, and the observer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

import polars as pl

from drill.history import Anchor


class LoadState(Protocol):
    """How the load is doing: requests answered in the last second, and what was said of them."""

    @property
    def at_ns(self) -> int:
        """When this was so."""

    @property
    def recent(self) -> int:
        """How many were answered in the last second."""

    @property
    def recent_ok(self) -> int:
        """How many of those ended OK."""

    @property
    def p95_ms(self) -> float | None:
        """Their latency's 95th percentile."""

    @property
    def over(self) -> bool:
        """Whether the load has come to its own end."""


class Load(Protocol):
    """The application at work. See drill/load/process.py."""

    def progress(self) -> LoadState:
        """How it is doing."""

    def stop(self) -> Mapping[str, pl.DataFrame]:
        """Ask nothing more; the tables that were recorded."""


class Companion(Protocol):
    """Somebody who does something of his own beside the load, such as an operator who logs in."""

    def rows(self) -> pl.DataFrame:
        """What he recorded, as rows of a history, once his block was left."""


class Observer(Protocol):
    """Who watches the server meanwhile. See drill/probes/server/observer.py."""

    def watching(self) -> AbstractContextManager[None]:
        """Sample what goes on, for the length of a block."""

    def look(self, moment: str) -> None:
        """Take plans and counters: "before", "during" or "after"."""

    def examine(self) -> None:
        """Once the load has stopped: what takes time, or must not disturb."""

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """All that was seen; "operations" are rows of the history itself."""

    def anchor(self) -> Anchor:
        """One moment on both clocks."""
