"""The parent's side of a crowd: gather it, see how it goes, send it away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import polars as pl

from drill import child
from drill.history import typed
from drill.load.flood.plan import CrowdPlan, Mode, Party
from drill.targets.postgres import Address

MODULE = "drill.load.flood"
OPERATIONS = "operations"
OPERATOR = "operator"


class Crowd:
    """A crowd at work; made by `gathered`."""

    def __init__(self, process: child.Child) -> None:
        """Speak for the process."""
        self._process = process

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def progress(self) -> Mapping[str, Any]:
        """How many are `held`, were `connected`, `refused` (53300), `unconnected` otherwise, `answered`, `failed`.

        100 ms old at most; `capped`: all that the plan allows are held, and the server has not refused one.
        Raises ProbeError or LimitReached once the crowd has gone by itself.
        """
        return self._process.progress()

    def stop(self) -> pl.DataFrame:
        """Send it away; what its clients did, as rows of a history. Raises as `progress` does."""
        return typed(self._process.stop()[OPERATIONS])


@contextmanager
def gathered(plan: CrowdPlan) -> Iterator[Crowd]:
    """Let a crowd in for the length of a block, in a process of its own; however the block is left, it is gone."""
    with child.running(MODULE, plan.dump(), name="the crowd") as process:
        yield Crowd(process)


def knocks(address: Address, *, every_s: float = 0.25, duration_s: float = 300.0) -> AbstractContextManager[Crowd]:
    """Somebody who connects again and again as the operator: rows of `connect` and `request` of client "operator"."""
    party = Party(
        mode=Mode.KNOCK,
        name=OPERATOR,
        application="drill operator",
        address=address,
        count=1,
        statements=("SELECT 1",),
        pause_s=every_s,
    )
    return gathered(CrowdPlan(parties=(party,), duration_s=duration_s))
