"""What the probes of one run share."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from drill.probes.plan import ProbePlan
from drill.probes.recorder import Recorder


@dataclass(slots=True, kw_only=True)
class Run:
    """The plan, the rows so far, the source of all values, and whether the run is over.

    Probes look at `over` before each attempt and end by themselves: a task that is cancelled would lose the
    operation that it is in.
    """

    plan: ProbePlan
    recorder: Recorder = field(default_factory=Recorder)
    values: Iterator[int] = field(default_factory=itertools.count)
    over: bool = False
    limit: str | None = None

    def next_value(self) -> int | None:
        """A value nobody has written yet, higher than all before; None when the run has written enough."""
        value = next(self.values)
        if value < self.plan.max_writes:
            return value
        self.stop(f"the probes have tried {self.plan.max_writes} writes, the plan's limit (max_writes)")
        return None

    def stop(self, limit: str | None = None) -> None:
        """Let every probe end after the operation it is in; `limit` says which limit was reached, if any."""
        self.over = True
        self.limit = self.limit or limit

    async def pause(self) -> None:
        """Wait between an attempt that failed and the next."""
        pause_s = self.plan.retry_pause_s
        await asyncio.sleep(random.uniform(0.5 * pause_s, 1.5 * pause_s))  # noqa: S311 - jitter, no secret
