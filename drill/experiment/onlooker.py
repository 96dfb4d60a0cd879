"""Whoever looks on while an experiment runs: told of each stage as it begins, and of how it goes ten times a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drill.experiment.glimpse import Glimpse, Stage, Watch
from drill.experiment.sight import Sight
from drill.probes.progress import Progress


@dataclass(slots=True, kw_only=True)
class Onlooker:
    """Remembers what every glimpse tells: the stage, the moment of injection, and the phases seen so far."""

    fault: str
    watch: Watch
    now_ns: Callable[[], int]
    stage: Stage = Stage.STEADY
    injected_ns: int | None = None
    healed_ns: int | None = None
    sight: Sight = field(default_factory=Sight)

    def enter(self, stage: Stage) -> None:
        """A stage begins."""
        self.stage = stage
        self.look(phases=dict(self.sight.phases))

    def injecting(self) -> int:
        """The fault is asked for now; the moment from which everything is counted."""
        self.enter(Stage.INJECT)
        self.injected_ns = self.now_ns()
        return self.injected_ns

    def healed(self) -> None:
        """The fault is gone now; the moment from which redundancy is counted."""
        self.healed_ns = self.now_ns()

    def redundant(self, since_ns: int | None) -> None:
        """Nothing has been missing since then; None: something is."""
        if self.healed_ns is not None:
            self.sight.redundant(since_ns, self.healed_ns)

    def recovering(self, progress: Progress) -> None:
        """Show how a recovery goes, by what the probes report."""
        self.look(**self.sight.look(progress, self.now_ns(), self.injected_ns))

    def look(self, **seen: Any) -> None:
        """Show how it goes; `seen` are fields of a Glimpse."""
        self.watch(
            Glimpse(fault=self.fault, stage=self.stage, at_ns=self.now_ns(), injected_ns=self.injected_ns, **seen)
        )
