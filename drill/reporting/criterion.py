"""One line of the requirements, as a value: which experiments bear on it, and which promises prove it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto


class Worst(Enum):
    """Which of several figures is the worst: the greatest outage, the least share of what must be used."""

    GREATEST = auto()
    LEAST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One line of the requirements, and what proves it.

    It is proven in experiments of its `scenarios`. Each of `proofs` is a set of promises that suffice together; one
    that is broken breaks the criterion, whichever it belongs to. Without proofs it takes every promise. Where a
    `figure` is named, the figure decides and not the ruling: `within` is the requirement's own bound, which no
    objective of a run can loosen.
    """

    part: str
    text: str
    scenarios: frozenset[str]
    proofs: tuple[frozenset[str], ...] = ()
    figure: str | None = None
    within: Callable[[float], bool] = lambda _: True
    worst: Worst = Worst.GREATEST

    @property
    def promises(self) -> frozenset[str]:
        """Every promise that bears on it."""
        return frozenset().union(*self.proofs)


def proven(part: str, text: str, *promises: str, by: str) -> Criterion:
    """A criterion that takes all of these promises, in experiments of scenarios that are named with blanks between."""
    return Criterion(part=part, text=text, scenarios=frozenset(by.split()), proofs=(frozenset(promises),))


def measured(
    part: str,
    text: str,
    promise: str,
    figure: str,
    within: Callable[[float], bool],
    *,
    by: str,
    worst: Worst = Worst.GREATEST,
) -> Criterion:
    """A criterion about a figure that one promise measures."""
    return Criterion(
        part=part,
        text=text,
        scenarios=frozenset(by.split()),
        proofs=(frozenset({promise}),),
        figure=figure,
        within=within,
        worst=worst,
    )


def scenario(number: int, title: str, name: str, *, of: str = "") -> Criterion:
    """A criterion that takes every promise of a scenario; `of` names a service beside the first."""
    text = f"Every promise of the scenario holds{of and f' ({of})'}"
    return Criterion(part=f"Scenario {number}: {title}", text=text, scenarios=frozenset({name}))
