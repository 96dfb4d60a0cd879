"""A second client, in a process of its own, that writes the same items in the other region throughout.

Without it nothing is written in both regions at a time, and that the last writer wins is never seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import polars as pl

from drill import child
from drill.errors import ProbeError
from drill.probes.items.rival.plan import RivalPlan
from drill.tables import typed_table

MODULE = "drill.probes.items.rival"
WRITTEN = "written"

__all__ = ["Rival", "RivalPlan", "rival"]


class Rival:
    """The client at work; made by `rival`."""

    def __init__(self, process: child.Child) -> None:
        """Speak for the process."""
        self._process = process
        self._written: pl.DataFrame | None = None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def end(self) -> None:
        """Let it write nothing more, and take what it recorded; raises ProbeError, LimitReached."""
        self._written = typed_table(WRITTEN, self._process.stop()[WRITTEN])

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """What it wrote, as the table `written`; ProbeError while it still writes."""
        if self._written is None:
            raise ProbeError("the second writer was never stopped: what it wrote is not known")
        return {WRITTEN: self._written}


@contextmanager
def rival(plan: RivalPlan) -> Iterator[Rival]:
    """Let it write for the length of a block; ask for `tables` afterwards. However it is left, the process is gone."""
    with child.running(MODULE, plan.dump(), name="the second writer") as process:
        writing = Rival(process)
        yield writing
        writing.end()
