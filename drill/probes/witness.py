"""The witness of an experiment: the probes, and the questions asked once they have stopped."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

import polars as pl
import psycopg

from drill.errors import ProbeError
from drill.history import Anchor
from drill.probes import clock, process, tables
from drill.probes.plan import ProbePlan
from drill.targets import redundancy
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, ask
from drill.targets.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeWitness:
    """A `drill.experiment.Witness` on a real target; `quorum` is the size of its quorum when all was well.

    So long after the last write all instances may take until they hold the same rows.
    """

    target: Target
    plan: ProbePlan
    quorum: int
    agree_within_s: float = 10.0

    def clients(self) -> AbstractContextManager[process.Probes]:
        """The probes, in a process of their own, for the length of a block."""
        return process.running(self.plan)

    def missing(self) -> str | None:
        """What the target still lacks of its redundancy."""
        return redundancy.missing(self.target, members=frozenset(self.plan.instances), quorum=self.quorum)

    def read_back(self) -> list[pl.DataFrame]:
        """All rows of the writer and a digest of every instance that answers; nothing where nobody writes.

        Readers are given a moment to catch up with what was written last.
        """
        writer = self._writer()
        found = []
        if writer is not None:
            with suppress(ProbeError):
                found.append(tables.read_back(self.plan.instances[writer], self.plan.schema, endpoint=writer))
        return [*found, *self._digests()]

    def recorded(self) -> dict[str, pl.DataFrame]:
        """Nothing beside the operations."""
        return {}

    def tables(self) -> dict[str, pl.DataFrame]:
        """Nothing beside the operations."""
        return {}

    def anchor(self) -> Anchor:
        """One moment on both clocks."""
        return clock.anchor()

    def _writer(self) -> str | None:
        """Who is out of recovery; of several, the one that the control plane names."""
        writing = [name for name, address in self.plan.instances.items() if _writes(address)]
        named = self.target.topology().writer if len(writing) > 1 else None
        return named if named in writing else next(iter(writing), None)

    def _digests(self) -> list[pl.DataFrame]:
        ends_at = time.monotonic() + self.agree_within_s
        while True:
            found = [_digest(address, self.plan.schema, name) for name, address in self.plan.instances.items()]
            values = {frame["value"][0] for frame in found}
            if (len(values) == 1 and None not in values) or time.monotonic() > ends_at:
                return found
            time.sleep(0.2)


def _digest(address: Address, schema: str, name: str) -> pl.DataFrame:
    """An instance that gives none is a row as well: it must not go unnoticed."""
    try:
        return tables.digest(address, schema, endpoint=name, deadline_s=15.0)
    except ProbeError:
        return tables.no_digest(name)


def _writes(address: Address) -> bool:
    try:
        ((in_recovery,),) = ask(address, "SELECT pg_is_in_recovery()", deadline_s=2.0)
    except (psycopg.Error, DeadlinePassed):
        return False
    return not in_recovery
