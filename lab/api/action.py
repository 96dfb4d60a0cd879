"""What an action of FIS consists of, whatever it is done to, and what its parameters may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lab.control import Undo

W = TypeVar("W")
"""What an action is done to: the cluster, or the tables."""

LONGEST_S = 12 * 3600.0  # as long as AWS lets an action last


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a parameter means; `wrong` says what is wrong with a value, or None."""

    description: str
    wrong: Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Generic[W]):
    """One thing that can be done; `begin` gets what it is done to, the targets' names and the parameters."""

    identifier: str
    description: str
    target: str
    resource_type: str
    begin: Callable[[W, Sequence[str], Mapping[str, str]], Undo | None]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def duration_s(self, given: Mapping[str, str]) -> float | None:
        """How long it lasts, in seconds; None if it is over as soon as it has begun."""
        return seconds(given.get("duration", "PT5M")) if "duration" in self.parameters else None


def seconds(duration: str) -> float:
    """Read an ISO 8601 duration of days, hours, minutes and seconds, such as PT90S; ValueError if it is none."""
    form = r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
    match = re.fullmatch(form, duration)
    if match is None or not any(match.groups()):
        raise ValueError(f"{duration} is no ISO 8601 duration such as PT60S.")
    total = sum(float(count or 0) * unit for count, unit in zip(match.groups(), (86400, 3600, 60, 1), strict=True))
    if not 0 < total <= LONGEST_S:
        raise ValueError(f"{duration} must be longer than nothing and not longer than PT12H.")
    return total


def wrong_duration(value: str) -> str | None:
    """What is wrong with a duration, or None."""
    try:
        seconds(value)
    except ValueError as error:
        return str(error)
    return None


def wrong_flag(value: str) -> str | None:
    """What is wrong with a flag, or None."""
    return None if value in {"true", "false"} else f"{value} is neither true nor false."


def wrong_count(most: int) -> Callable[[str], str | None]:
    """Say what is wrong with a whole number from 1 to `most`, or None."""

    def wrong(value: str) -> str | None:
        # int() alone would take blanks, signs, and every digit that Unicode knows.
        fits = re.fullmatch(r"[0-9]{1,9}", value) is not None and 1 <= int(value) <= most
        return None if fits else f"{value} is no whole number from 1 to {most}."

    return wrong


def wrong_choice(*choices: str) -> Callable[[str], str | None]:
    """Say what is wrong with a value that is to be one of these, or None."""

    def wrong(value: str) -> str | None:
        return None if value in choices else f"{value} is none of {', '.join(choices)}."

    return wrong


DURATION = Parameter(
    description="After how long it ends by itself, as an ISO 8601 duration; by default PT5M.", wrong=wrong_duration
)
