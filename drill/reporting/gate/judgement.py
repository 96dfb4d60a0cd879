"""What a gate found, as values: a row a promise, a group an experiment, and one ruling with its exit code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from drill.reporting.records import EXPERIMENT
from drill.verdict import Ruling, gravest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from pathlib import Path

    from drill.config import GateSettings
    from drill.reporting.gate.requirements import Requirement
    from drill.reporting.records import RunRecord

EXIT_CODES = {Ruling.HELD: 0, Ruling.BROKEN: 1, Ruling.UNDECIDED: 2}


class Effect(StrEnum):
    """What a promise does to the release."""

    HOLDS = "holds"
    BLOCKS = "blocks"
    WARNS = "warns"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One promise of an experiment, over all the times that this was executed: the worst of them rules.

    `held` of `times` is how often it held. `because` says it of the worst; `demoted` is True where the policy lets it
    warn only; `waiver` says who let it pass, or who did until the waiver expired.
    """

    scenario: str
    fault: str
    promise: str
    ruling: Ruling
    effect: Effect
    because: str
    held: int
    times: int
    demoted: bool = False
    waiver: str | None = None

    @property
    def key(self) -> str:
        """What the globs of a policy match: "scenario/fault/promise"."""
        return f"{self.scenario}/{self.fault}/{self.promise}"

    @property
    def stands_for_others(self) -> bool:
        """Whether it is itself no promise, but says that some were not judged: an experiment or a test was lost."""
        return self.ruling is Ruling.UNDECIDED and (self.promise == EXPERIMENT or self.promise.startswith("test_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An experiment, executed `times` times: its promises; or skipped, and why.

    `figures` says how long recovery took: median and worst where it was done several times.
    """

    scenario: str
    fault: str
    times: int = 0
    rows: tuple[Row, ...] = ()
    skipped: str | None = None
    figures: str = ""
    lasted_s: float = 0.0

    @property
    def ruling(self) -> Ruling:
        """The gravest of its promises, before any policy."""
        return gravest(row.ruling for row in self.rows)

    @property
    def name(self) -> str:
        """As its rows begin."""
        return f"{self.scenario}/{self.fault}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A requirement, how many executed experiments bear on it, and the scenarios that it lacks.

    `beside` are those that it could have been met by as well, and that were not executed.
    """

    requirement: Requirement
    executed: int
    missing: tuple[str, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All that the gate found about one run.

    `problems` say why it is no evidence, or why there is too little of it; with any of them nothing it says can let a
    release pass. `verified` is True where every file is as it was sealed, `signed` where the signature was checked
    too. `runs` names all that were judged, the newest first. `objectives` are those that are demanded; None where
    nobody compared them.
    """

    folder: Path
    policy: GateSettings
    now: datetime
    believed: bool
    run: RunRecord | None = None
    age: timedelta | None = None
    verified: bool = False
    signed: bool = False
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    required: tuple[Met, ...] = ()
    runs: tuple[str, ...] = ()
    objectives: Mapping[str, str] | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every promise of every experiment."""
        return tuple(row for group in self.groups for row in group.rows)

    @property
    def ruling(self) -> Ruling:
        """Undecided where the run is no evidence, whatever it says; then broken before undecided before held."""
        if not self.believed:
            return Ruling.UNDECIDED
        rulings = [row.ruling for row in self.rows if row.effect is Effect.BLOCKS]
        if self.problems or any(each.missing for each in self.required):
            rulings.append(Ruling.UNDECIDED)
        if self.rows:
            rulings.append(Ruling.HELD)
        return gravest(rulings)

    @property
    def exit_code(self) -> int:
        """0 held, 1 broken, 2 undecided."""
        return EXIT_CODES[self.ruling]
