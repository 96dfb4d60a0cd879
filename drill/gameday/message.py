"""What people are told of a game day: that it begins, that it does not, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from drill.config import GameDay
from drill.reporting.gate import Effect, Judgement, Row
from drill.reporting.secrets import redact
from drill.verdict import Ruling

GRAVEST = 5
"""So many promises are named; all of them stand in the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A title and lines below it, as plain text without a secret in it."""

    title: str
    lines: tuple[str, ...] = ()

    @classmethod
    def of(cls, title: str, *lines: str) -> Self:
        """One with everything redacted, each line on one line, and empty ones left out."""
        plain = [" ".join(redact(line).split()) for line in lines]
        return cls(title=" ".join(redact(title).split()), lines=tuple(line for line in plain if line))

    def __str__(self) -> str:
        """For a terminal, or a mail."""
        return "\n".join((self.title, *(f"  {line}" for line in self.lines)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Which game day is meant: its name, what drill.toml says of it, of its target, and what must be reached."""

    name: str
    day: GameDay
    target: str
    objectives: Mapping[str, str]

    def begins(self, *, ends: datetime, stop: str) -> Message:
        """Before anything is broken: what is done to what, until when at most, and how it is ended before."""
        alarms = ", ".join(self.day.stop_alarms)
        return Message.of(
            f"Game day {self.name} begins on {self.day.target}",
            f"what: {self.what}",
            f"target: {self.target}",
            f"objectives: {', '.join(f'{name} {value}' for name, value in self.objectives.items())}",
            f"over by {ends:%Y-%m-%d %H:%M %Z} at the latest",
            f"ended when one of these alarms rings: {alarms}" if alarms else "",
            f"to end it: {stop}",
        )

    def refused(self, why: str) -> Message:
        """It was due, and does not take place."""
        return Message.of(f"Game day {self.name} on {self.day.target} does not take place", why, "Nothing was broken.")

    def ended(self, ruling: Ruling, *, notes: Sequence[str], judgement: Judgement | None, report: str) -> Message:
        """The ruling, what stands in the way of holding, the gravest first, and where the report is."""
        return Message.of(
            f"Game day {self.name} on {self.day.target}: {ruling.upper()}",
            *notes,
            *(_found(judgement) if judgement else ("there is no evidence",)),
            f"report: {report}" if report else "",
        )

    @property
    def what(self) -> str:
        """Its scenarios, in words."""
        only = f", only {self.day.only}" if self.day.only else ""
        times = f", {self.day.repeat} times each" if self.day.repeat > 1 else ""
        return ", ".join(self.day.scenarios) + only + times


def _found(judgement: Judgement) -> tuple[str, ...]:
    """How many experiments there were, why there is too little evidence, and what was not held, the broken first."""
    executed = sum(each.times for each in judgement.groups)
    skipped = sum(each.skipped is not None for each in judgement.groups)
    told = [f"{executed} experiments executed" + (f", {skipped} skipped" if skipped else "")]
    told += judgement.problems
    told += [
        f"{each.requirement.name} was not executed: {', '.join(each.missing)}"
        for each in judgement.required
        if each.missing
    ]
    failing = sorted((each for each in judgement.rows if each.effect is not Effect.HOLDS), key=_gravity)
    told += [f"{_word(each)} {each.key}: {each.because}" for each in failing[:GRAVEST]]
    if len(failing) > GRAVEST:
        told.append(f"and {len(failing) - GRAVEST} more")
    return tuple(told)


def _word(row: Row) -> str:
    return row.ruling.upper() if row.effect is Effect.BLOCKS else f"{row.ruling.upper()} ({row.effect})"


def _gravity(row: Row) -> tuple[bool, bool]:
    """What blocks before what does not, what is broken before what is undecided."""
    return row.effect is not Effect.BLOCKS, row.ruling is not Ruling.BROKEN
