"""Glimpses in, scenes out: what of an experiment is kept so that it can be shown as it moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

from drill.reporting.live.scene import Clock, Place, Rate, Scene, Seen

SECOND_NS = 1_000_000_000
STEP_NS = SECOND_NS // 2
"""A column of the chart."""
COLUMNS = 60

UNDER_THE_FAULT, HEALING, REDUNDANCY = "under the fault", "healing", "awaiting redundancy"
"""Words of drill.experiment.Stage, whom reporting does not know."""
WRITES = "writes"
"""Whoever tells of writes tells of a recovery; of requests, of an application at work."""


@dataclass(slots=True)
class Trace:
    """One experiment; glimpses come from one thread, and scenes are asked for by another."""

    place: Place
    _last: Seen | None = None
    _began_ns: int = 0
    _columns: dict[str, dict[int, float]] = field(default_factory=dict)
    _stages: dict[str, int] = field(default_factory=dict)
    _again_ns: int | None = None
    _lock: Lock = field(default_factory=Lock)

    def add(self, seen: Seen) -> None:
        """Take in how it goes; some microseconds."""
        with self._lock:
            if self._last is None:
                self._began_ns = seen.at_ns
            self._last = seen
            self._stages.setdefault(seen.stage, seen.at_ns)
            column = self._column(seen.at_ns)
            for name, per_s in seen.rates_per_s.items():
                columns = self._columns.setdefault(name, {})
                columns[column] = per_s
                columns.pop(column - 2 * COLUMNS, None)
            if seen.rates_per_s:
                self._again_ns = None if self._suffers(seen) else self._again_ns or seen.at_ns

    def scene(self, now_ns: int) -> Scene | None:
        """How it stands now; None before the first glimpse."""
        with self._lock:
            seen = self._last
            if seen is None:
                return None
            last = self._column(now_ns)
            first = max(0, last - COLUMNS + 1)
            injected_ns = seen.injected_ns
            recovers = WRITES in self._columns
            return Scene(
                fault=seen.fault,
                stage=seen.stage,
                place=self.place,
                elapsed_s=(now_ns - self._began_ns) / SECOND_NS,
                since_injection_s=None if injected_ns is None else (now_ns - injected_ns) / SECOND_NS,
                rates=tuple(self._rates(first, last)),
                marks={column - first: word for column, word in self._marks(injected_ns) if column >= first},
                failing=seen.failing,
                p95_ms=seen.p95_ms,
                phases=seen.phases if recovers and injected_ns is not None else None,
                clocks=tuple(self._recovery(seen, now_ns) if recovers else self._load(now_ns)),
            )

    def _column(self, at_ns: int) -> int:
        return max(0, (at_ns - self._began_ns) // STEP_NS)

    def _suffers(self, seen: Seen) -> bool:
        return bool(seen.failing) or (seen.p95_ms or 0.0) > self.place.limits.p95_ms

    def _rates(self, first: int, last: int) -> Iterator[Rate]:
        for name, columns in self._columns.items():
            shown = tuple(columns.get(column) for column in range(first, last + 1))
            yield Rate(name=name, per_s=columns[max(columns)], columns=shown)

    def _marks(self, injected_ns: int | None) -> Iterator[tuple[int, str]]:
        if injected_ns is not None:
            yield self._column(injected_ns), "injected"
        if HEALING in self._stages:
            yield self._column(self._stages[HEALING]), "healing"

    def _recovery(self, seen: Seen, now_ns: int) -> Iterator[Clock]:
        """Until every client succeeds again, and until nothing is missing any more."""
        limits, phases = self.place.limits, seen.phases
        if seen.injected_ns is not None:
            recovered_s = phases.get("recovered")
            if recovered_s is None and "detected" not in phases and HEALING in self._stages:
                recovered_s = 0.0  # nobody was without success for long enough to be seen
            running_s = (now_ns - seen.injected_ns) / SECOND_NS
            yield _clock("recovery", recovered_s, running_s, limits.recovery_s)
        if REDUNDANCY in self._stages:
            running_s = (now_ns - self._stages[REDUNDANCY]) / SECOND_NS
            yield _clock("redundancy", phases.get("redundant"), running_s, limits.redundancy_s)

    def _load(self, now_ns: int) -> Iterator[Clock]:
        """Until, after the fault, all is served in time again."""
        healing_ns = self._stages.get(HEALING)
        if healing_ns is not None:
            again_s = None if self._again_ns is None else max(0, self._again_ns - healing_ns) / SECOND_NS
            running_s = (now_ns - healing_ns) / SECOND_NS
            yield _clock("steady again", again_s, running_s, self.place.limits.steady_again_s)


def _clock(name: str, reached_s: float | None, running_s: float, limit_s: float) -> Clock:
    elapsed_s = running_s if reached_s is None else reached_s
    return Clock(name=name, elapsed_s=elapsed_s, limit_s=limit_s, reached=reached_s is not None)
