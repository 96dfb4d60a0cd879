"""The witness of a recovery, and beside it an application at work: what its users felt of the same fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

import polars as pl

from drill.experiment.at_work import Load
from drill.experiment.recovery import Clients, Witness
from drill.history import Anchor
from drill.probes.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationWitness:
    """A `drill.experiment.Witness` that also keeps what an application recorded, and what is true when it has stopped.

    It judges nothing, and nothing waits for it: how long it was without service is for a check to find.
    """

    witness: Witness
    load: Callable[[], AbstractContextManager[Load]]
    examine: Callable[[], Mapping[str, pl.DataFrame]]
    _recorded: dict[str, pl.DataFrame] = field(default_factory=dict, init=False, repr=False)

    @contextmanager
    def clients(self) -> Iterator[Clients]:
        """Probes and application, for the length of a block."""
        with self.witness.clients() as probes, self.load() as load:
            yield _Both(probes, load, self._recorded)

    def missing(self) -> str | None:
        """What the target still lacks of its redundancy."""
        return self.witness.missing()

    def read_back(self) -> list[pl.DataFrame]:
        """All that the probes wrote."""
        return self.witness.read_back()

    def recorded(self) -> Mapping[str, pl.DataFrame]:
        """What the application recorded, once it has stopped."""
        return {**self.witness.recorded(), **self._recorded}

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """The same, and what is found of it in the database."""
        return {**self.witness.tables(), **self._recorded, **self.examine()}

    def anchor(self) -> Anchor:
        """One moment on both clocks."""
        return self.witness.anchor()


class _Both:
    """Probes and load as one; the experiment looks at the probes, whose evidence decides when it is over."""

    def __init__(self, probes: Clients, load: Load, recorded: dict[str, pl.DataFrame]) -> None:
        self._probes, self._load, self._recorded = probes, load, recorded

    def progress(self) -> Progress:
        """How the probes are doing; raises where the load has failed."""
        self._load.progress()
        return self._probes.progress()

    def stop(self) -> pl.DataFrame:
        """End the probes, then the load: what a process does when it ends must not look like an outage to the other."""
        seen = self._probes.stop()
        self._recorded.update(self._load.stop())
        return seen
