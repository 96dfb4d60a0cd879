"""What a run was: its experiments, what each promised, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from drill.verdict import Figure, Ruling, Verdict, gravest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

PHASES = (
    "detected",
    "promoted",
    "announced",
    "endpoint",
    "first_write",
    "recovered",
    "steady",
    "redundant",
)
"""The phases of recovery, in the order in which they are reported (design: Words)."""


EXPERIMENT = "experiment"
"""The promise that there is evidence at all, as it is called where an experiment came to nothing."""

ON_TABLES = "dynamodb-"
"""How the names of scenarios on DynamoDB begin, since most have the same name for a cluster."""

UNFINISHED = "run"
"""The scenario under which it stands that what was selected was not all judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRecord:
    """One stage of an experiment, by the wall clock; `ended` is None where the run was ended in it."""

    name: str
    began: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentRecord:
    """One fault of one scenario, judged.

    `story` says in words what is done; `repetition` which time it is, from 1.

    `phases` holds seconds after injection, `redundant` seconds after healing (None: never seen); `glance` the
    figures of drill.checks.load.at_a_glance, None for an experiment about recovery;
    `directory` is where history.parquet and timeline.svg lie; `skipped` is the reason why nothing was done.
    `began` and `ended` enclose all of it, by the wall clock; `stages` lie between them.
    """

    scenario: str
    fault: str
    phases: Mapping[str, float | None] = field(default_factory=dict)
    promises: tuple[Verdict, ...] = ()
    directory: Path | None = None
    skipped: str | None = None
    glance: Mapping[str, Figure] | None = None
    story: str = ""
    repetition: int = 1
    began: datetime | None = None
    ended: datetime | None = None
    stages: tuple[StageRecord, ...] = ()

    @property
    def title(self) -> str:
        """What people call it: its fault, and from the second time on which time it is."""
        return self.fault if self.repetition == 1 else f"{self.fault}, repetition {self.repetition}"

    @property
    def ruling(self) -> Ruling:
        """The gravest of its promises; undecided without any, skipped ones included."""
        return gravest(promise.ruling for promise in self.promises)

    def measured(self, name: str) -> float | None:
        """Look up a figure in whichever promise measured it first; None where none did."""
        figures = (promise.measured.get(name) for promise in self.promises)
        return next((figure for figure in figures if figure is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One pytest run against one target; `objectives` as drill.toml would write them, moments in UTC.

    `kind` is the target's: "lab" is a stand-in, whatever else there is was measured on a service. `subject` says in
    words what the target is; `name` is that of the run's folder. `asked` is what pytest was asked for, as its marks
    and files say.
    """

    target: str
    started: datetime
    finished: datetime
    versions: Mapping[str, str] = field(default_factory=dict)
    objectives: Mapping[str, str] = field(default_factory=dict)
    experiments: tuple[ExperimentRecord, ...] = ()
    kind: str = "lab"
    subject: str = ""
    name: str = ""
    asked: str = ""

    @property
    def executed(self) -> tuple[ExperimentRecord, ...]:
        """The experiments that were not skipped."""
        return tuple(each for each in self.experiments if each.skipped is None)

    @property
    def is_partial(self) -> bool:
        """Whether promises of its scenarios were left out: by words, by places, or since it was ended early."""
        left_out = any(option in f" {self.asked}" for option in (" -k ", " --deselect ", "::"))
        return left_out or any(each.scenario == UNFINISHED for each in self.experiments)

    @property
    def ruling(self) -> Ruling:
        """The gravest of the executed experiments; undecided if there was none."""
        return gravest(each.ruling for each in self.executed)
