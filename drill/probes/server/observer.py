"""Who watches the server during an experiment under load: samples throughout, plans and counters at its turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from drill.errors import ProbeError
from drill.history import Anchor
from drill.probes import clock
from drill.probes.server.counters import DEADLINE_S, counters
from drill.probes.server.explain import PATIENCE, Patience
from drill.probes.server.plans import plans
from drill.probes.server.sampler import sampling
from drill.requests import Request
from drill.targets.postgres import Address

Examination = Callable[[], Mapping[str, pl.DataFrame]]
"""Looks once, when the load has stopped, and gives tables."""
Glance = Callable[[float], tuple[str, pl.DataFrame]]
"""Takes one thing within so many seconds: a table's name, and its rows."""

DURING = "during"
LOOK_S = 5.0
"""All of a look under the fault: it is held meanwhile, and a server that hangs must not be hung for longer."""
PLAN_S = 2.0
"""One pattern of it. Through a network that is 50 ms slower it takes one second: about twenty answers."""
AT_ONCE = 4
"""Glances at a time under the fault: who waits for a locked table must not keep the others from being seen."""
GRACE_S = 0.5
"""A deadline's own end takes a moment; a name server that hangs keeps no deadline, and is not waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerObserver:
    """A `drill.experiment.under_load.Observer` of real instances.

    `requests` is one draw of each pattern: planned, not executed, at each look, through `address`. What the server
    does not let in (all its slots may be taken), or does not tell in time, is left out: checks that need it find
    nothing recorded. The look "during" is over within LOOK_S, whatever the server does.
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
        """Take counters of every instance, and plans; each pattern by itself."""
        counted = [self._counting(instance, moment) for instance in self.instances]
        planned = [self._planning(request, moment) for request in self.requests]
        if moment == DURING:
            self._seen.extend(_within(LOOK_S, [*counted, *planned]))
            return
        for glance in (*counted, *planned):
            self._seen.extend(_taken(glance, PATIENCE.deadline_s))

    def _counting(self, instance: str, moment: str) -> Glance:
        def glance(left_s: float) -> tuple[str, pl.DataFrame]:
            deadline_s = min(DEADLINE_S, left_s)
            address = self.instances[instance]
            return "counters", counters(address, self.schema, moment=moment, instance=instance, deadline_s=deadline_s)

        return glance

    def _planning(self, request: Request, moment: str) -> Glance:
        def glance(left_s: float) -> tuple[str, pl.DataFrame]:
            patience = PATIENCE
            if moment == DURING:
                patience = Patience(statement_s=PLAN_S, lock_s=PLAN_S / 2, deadline_s=min(PLAN_S, left_s))
            return "plans", plans(self.address, self.schema, (request,), moment=moment, patience=patience)

        return glance

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


def _taken(glance: Glance, left_s: float) -> list[tuple[str, pl.DataFrame]]:
    """What it took, or nothing."""
    try:
        return [glance(left_s)] if left_s > 0 else []
    except ProbeError:
        return []


def _by(glance: Glance, ends_s: float) -> list[tuple[str, pl.DataFrame]]:
    """What it took, with what is left of the time."""
    return _taken(glance, ends_s - time.monotonic())


def _within(deadline_s: float, glances: list[Glance]) -> list[tuple[str, pl.DataFrame]]:
    """What they took until then, a few at a time; who has not begun by then does not."""
    ends_s = time.monotonic() + deadline_s
    several = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="drill-look")
    try:
        looking = [several.submit(_by, each, ends_s) for each in glances]
        done, _ = wait(looking, timeout=deadline_s + GRACE_S)
        return [table for each in looking if each in done for table in each.result()]
    finally:
        several.shutdown(wait=False, cancel_futures=True)
