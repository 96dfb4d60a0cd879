"""When requests are due: arrivals that nobody's slowness delays.

A closed loop asks again only when it was answered, and so leaves out the very requests that would have waited
("coordinated omission", Gil Tene). Here arrivals are drawn before anything is asked, as a Poisson process:
users come independently of each other, and of how the database is doing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """So many arrivals per second, for so long; seconds."""

    rate_per_s: float
    lasts_s: float


class Schedule(Protocol):
    """When and how much is asked, of a plan: drill.load.plan.LoadPlan, drill.load.items.plan.ItemPlan."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Rates, one after the other."""

    @property
    def lasts_s(self) -> float:
        """All of them together."""

    @property
    def patience_s(self) -> float:
        """How long the last request may take."""

    @property
    def transfers_per_s(self) -> float:
        """How many come beside."""

    @property
    def accounts(self) -> int:
        """Between which transfers go."""

    @property
    def seed(self) -> int:
        """What makes it the same."""

    @property
    def run(self) -> str:
        """What makes its keys its own."""

    @property
    def max_open(self) -> int:
        """Most requests at once."""


def arrivals(steps: tuple[Step, ...], *, seed: int) -> Iterator[int]:
    """Moments in ns after the start, in order, until the last step is over; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - arrivals, no secrets
    begins_s = 0.0
    for step in steps:
        ends_s = begins_s + step.lasts_s
        at_s = begins_s
        while step.rate_per_s > 0 and (at_s := at_s + chance.expovariate(step.rate_per_s)) < ends_s:
            yield round(at_s * SECOND_NS)
        begins_s = ends_s
