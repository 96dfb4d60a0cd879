"""Who watches the server during an experiment under load: samples throughout, plans and counters at its turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import polars as pl

from drill.errors import ProbeError
from drill.history import Anchor
from drill.probes import clock
from drill.probes.server.counters import counters
from drill.probes.server.plans import plans
from drill.probes.server.sampler import sampling
from drill.requests import Request
from drill.targets.postgres import Address

Examination = Callable[[], Mapping[str, pl.DataFrame]]
"""Looks once, when the load has stopped, and gives tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerObserver:
    """A `drill.experiment.under_load.Observer` of real instances.

    `requests` is one draw of each pattern: planned, not executed, at each look, through `address`. A look that the
    server does not let in (all its slots may be taken) is left out: checks that need it find nothing recorded.
    """

    instances: Mapping[str, Address]
    address: Address
    schema: str
    requests: tuple[Request, ...] = ()
    examinations: tuple[Examination, ...] = ()
    known: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    _seen: list[tuple[str, pl.DataFrame]] = field(default_factory=list, init=False, repr=False)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Sample sessions and lags for the length of a block."""
        with sampling(self.instances) as sampler:
            yield
        self._seen.extend(sampler.tables().items())

    def look(self, moment: str) -> None:
        """Take counters of every instance, and plans."""
        for instance, address in self.instances.items():
            with suppress(ProbeError):
                found = counters(address, self.schema, moment=moment, instance=instance)
                self._seen.append(("counters", found))
        for request in self.requests:
            # Each by itself: one that waits for a locked table must not keep the others from being seen.
            with suppress(ProbeError):
                self._seen.append(("plans", plans(self.address, self.schema, (request,), moment=moment)))

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
