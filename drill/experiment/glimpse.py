"""How an experiment is doing right now, for whoever looks on: provisional, since the history alone is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Stage(StrEnum):
    """Where an experiment stands; always in this order, and each at most once."""

    STEADY = "steady state"
    INJECT = "injecting"
    FAULT = "under the fault"
    HEAL = "healing"
    REDUNDANCY = "awaiting redundancy"
    AFTER = "after the fault"
    EXAMINE = "examining what is left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """One moment of an experiment, on the monotonic clock.

    `rates_per_s` says what was acknowledged in the last second, by kind: writes and reads, or requests; `failing` how
    much of it fails, in words, empty where nothing does. `phases` are seconds after injection of what was seen so far,
    `redundant` after healing; one that turns out not to last is taken back.
    """

    fault: str
    stage: Stage
    at_ns: int
    injected_ns: int | None = None
    rates_per_s: Mapping[str, float] = field(default_factory=dict)
    failing: str = ""
    p95_ms: float | None = None
    phases: Mapping[str, float] = field(default_factory=dict)


Watch = Callable[[Glimpse], None]
"""Called as each stage begins and ten times a second; it must not block. What it raises ends the experiment, which
heals first: so does drill.errors.Halted."""


def nobody(_: Glimpse) -> None:
    """Look away."""
