"""Who watches tables during an experiment under load: metrics throughout, descriptions and glances at its turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from drill.errors import ProbeError, TargetError
from drill.history import Anchor
from drill.probes import clock
from drill.probes.items.reached import Reached
from drill.probes.items.watch import Watch, watching

Examination = Callable[[], Mapping[str, pl.DataFrame]]
"""Looks once, and gives tables."""
Describe = Callable[[Sequence[str]], Mapping[str, pl.DataFrame]]
"""What control planes say of these tables: `settings`, `key_schemas`."""

BEFORE, DURING = "before", "during"


class Witness(Protocol):
    """Somebody who does and records something of his own throughout, such as a second writer."""

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """What he recorded, once his block was left."""


def _nobody() -> tuple[AbstractContextManager[Witness], ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesObserver:
    """A `drill.experiment.under_load.Observer` of tables.

    Metrics are asked for every `period_s` (1 on a lab; 60 on AWS, whose datapoints come by the minute). `describe` is
    asked for all that are `watched` before the fault, and under it for those that have come since, where it
    `finds_new` ones. `glances` are taken at the looks "before", "during" and "after"; what cannot be seen then is left
    out, and checks that need it find nothing recorded. `examinations` take place once the load has stopped, and raise
    where they see nothing. `witnesses` are there from before the load until after it.
    """

    target: Reached
    watched: tuple[str, ...]
    describe: Describe | None = None
    period_s: int = 1
    finds_new: bool = False
    glances: Mapping[str, tuple[Examination, ...]] = field(default_factory=dict)
    examinations: tuple[Examination, ...] = ()
    witnesses: Callable[[], tuple[AbstractContextManager[Witness], ...]] = _nobody
    known: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    now_ns: Callable[[], int] = time.monotonic_ns
    _seen: list[tuple[str, pl.DataFrame]] = field(default_factory=list, init=False, repr=False)
    _watch: list[Watch] = field(default_factory=list, init=False, repr=False)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch metrics for the length of a block, and let the witnesses do what they do."""
        with ExitStack() as beside:
            watch = beside.enter_context(
                watching(
                    self.target,
                    self.watched,
                    period_s=self.period_s,
                    anchor=self.anchor(),
                    finds_new=self.finds_new,
                    now_ns=self.now_ns,
                )
            )
            self._watch.append(watch)
            there = [beside.enter_context(each) for each in self.witnesses()]
            yield
        for each in (*there, watch):
            self._seen.extend(each.tables().items())

    def look(self, moment: str) -> None:
        """Ask what the tables are, and take the glances of that moment."""
        asked = self.watched if moment == BEFORE else self._newcomers() if moment == DURING else ()
        if self.describe is not None and asked:
            describe = self.describe
            self._take(lambda: describe(asked))
        for glance in self.glances.get(moment, ()):
            self._take(glance)

    def examine(self) -> None:
        """Look at what is left, one examination after the other."""
        for examine in self.examinations:
            self._seen.extend(examine().items())

    def tables(self) -> dict[str, pl.DataFrame]:
        """All that was seen and was known, each table in one piece."""
        pieces: dict[str, list[pl.DataFrame]] = {}
        for name, rows in (*self.known.items(), *self._seen):
            pieces.setdefault(name, []).append(rows)
        return {name: pl.concat(rows) for name, rows in pieces.items()}

    def anchor(self) -> Anchor:
        """One moment on both clocks."""
        return clock.anchor()

    def _newcomers(self) -> tuple[str, ...]:
        return tuple(table for watch in self._watch for table in watch.newcomers)

    def _take(self, look: Examination) -> None:
        try:
            self._seen.extend(look().items())
        except (ProbeError, TargetError):
            return
