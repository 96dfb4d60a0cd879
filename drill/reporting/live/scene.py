"""One moment of an experiment as it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Seen(Protocol):
    """What is told ten times a second: a drill.experiment.Glimpse."""

    @property
    def fault(self) -> str:
        """What it is called."""

    @property
    def stage(self) -> str:
        """Where the experiment stands."""

    @property
    def at_ns(self) -> int:
        """When, on the monotonic clock."""

    @property
    def injected_ns(self) -> int | None:
        """Since when the fault is there."""

    @property
    def rates_per_s(self) -> Mapping[str, float]:
        """What was acknowledged in the last second, by kind."""

    @property
    def failing(self) -> str:
        """How much of it fails, in words; empty where nothing does."""

    @property
    def p95_ms(self) -> float | None:
        """Latency's 95th percentile."""

    @property
    def phases(self) -> Mapping[str, float]:
        """Those reached so far, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The objectives that the clock is held against."""

    recovery_s: float
    redundancy_s: float
    steady_again_s: float
    p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which experiment of the run this is: the `number`th of `total`, counted from 1."""

    scenario: str
    number: int
    total: int
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What is acknowledged each second, now and in the columns of the chart; None where nobody looked."""

    name: str
    per_s: float
    columns: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How much of an objective is used up; `reached` once it takes no more."""

    name: str
    elapsed_s: float
    limit_s: float
    reached: bool = False

    @property
    def exceeded(self) -> bool:
        """Whether it is missed."""
        return self.elapsed_s > self.limit_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that is shown; `marks` are words under the columns of the chart in which something happened."""

    fault: str
    stage: str
    place: Place
    elapsed_s: float
    since_injection_s: float | None = None
    rates: tuple[Rate, ...] = ()
    marks: Mapping[int, str] = field(default_factory=dict)
    failing: str = ""
    p95_ms: float | None = None
    phases: Mapping[str, float] | None = None
    clocks: tuple[Clock, ...] = ()
