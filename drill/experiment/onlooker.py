"""Whoever looks on while an experiment runs: told of each stage as it begins, and of how it goes ten times a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drill.experiment.glimpse import Glimpse, Stage, Watch


@dataclass(slots=True, kw_only=True)
class Onlooker:
    """Remembers the stage and the moment of injection, which every glimpse names."""

    fault: str
    watch: Watch
    now_ns: Callable[[], int]
    stage: Stage = Stage.STEADY
    injected_ns: int | None = None

    def enter(self, stage: Stage) -> None:
        """A stage begins."""
        self.stage = stage
        self.look()

    def injecting(self) -> int:
        """The fault is asked for now; the moment from which everything is counted."""
        self.enter(Stage.INJECT)
        self.injected_ns = self.now_ns()
        return self.injected_ns

    def look(self, **seen: Any) -> None:
        """Show how it goes; `seen` are fields of a Glimpse."""
        self.watch(
            Glimpse(fault=self.fault, stage=self.stage, at_ns=self.now_ns(), injected_ns=self.injected_ns, **seen)
        )
