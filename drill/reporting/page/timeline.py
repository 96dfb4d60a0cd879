"""One experiment's time line as figures: some hundred slices, whatever it counted, so that a page stays small."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from drill.history import Action, History, Outcome
from drill.reporting.timeline.bins import Bins, cut
from drill.reporting.timeline.marks import Mark, marks
from drill.reporting.timeline.requests import as_operations

DIGITS = 4
"""Significant digits of a figure that is drawn: finer than a pixel."""

Column = tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was acknowledged of one kind, a figure a slice; None where there is nothing to tell."""

    per_s: Column
    p50_ms: Column
    p95_ms: Column
    p99_ms: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Calls that were not answered OK, of one cause and one outcome, a count a slice."""

    cause: str
    outcome: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Slice n of `slices` spans `step_s` from (first + n) * step_s on; zero is the injection, or the first operation.

    `answered` has a key a kind, "write" and "read"; where `requests`, they are the requests of an application, each
    counted from when it was due. `stalled_s` says how long the probes' own loop stood still. Columns of another length
    than `slices` are a ValueError: such a time line was not kept whole.
    """

    schema: Literal[1] = 1
    step_s: float
    first: int
    slices: int
    injected: bool
    healed_s: float | None
    requests: bool = False
    marks: tuple[Mark, ...] = ()
    answered: Mapping[str, Answered] = field(default_factory=dict)
    errors: tuple[Errors, ...] = ()
    stalled_s: Column = ()

    def __post_init__(self) -> None:
        """Refuse a time line that cannot be drawn."""
        columns: list[tuple[object, ...]] = [each.counts for each in self.errors]
        for kind in self.answered.values():
            columns += [kind.per_s, kind.p50_ms, kind.p95_ms, kind.p99_ms]
        if (
            self.slices < 1
            or not self.step_s > 0
            or any(len(each) != self.slices for each in (*columns, self.stalled_s))
        ):
            raise ValueError(f"a time line of {self.slices} slices has a figure for each of them")

    @property
    def start_s(self) -> float:
        """Where the first slice begins."""
        return self.first * self.step_s

    @property
    def end_s(self) -> float:
        """Where the last slice ends."""
        return (self.first + self.slices) * self.step_s

    @property
    def fault_s(self) -> tuple[float, float] | None:
        """From injection to healing, or to the end where nothing healed; None without a fault."""
        if not self.injected:
            return None
        return 0.0, self.end_s if self.healed_s is None else self.healed_s


def aggregate(history: History, phases: Mapping[str, float | None]) -> Timeline:
    """Cut a history of any length into slices; `phases` as the design counts them."""
    shown = as_operations(history)
    bins = cut(shown)
    slices = bins.last - bins.first + 1
    return Timeline(
        step_s=bins.step_s,
        first=bins.first,
        slices=slices,
        injected=bins.injected,
        healed_s=bins.healed_s,
        requests=shown is not history,
        marks=tuple(marks(phases, bins)),
        answered={str(kind): _answered(bins, str(kind)) for kind in (Action.WRITE, Action.READ) if _any(bins, kind)},
        errors=tuple(
            Errors(
                cause=cause,
                outcome=outcome,
                counts=tuple(int(each or 0) for each in _spread(bins, rows["bin"], rows["count"])),
            )
            for cause, outcome, rows in _by_cause(bins.errors)
        ),
        stalled_s=_spread(bins, bins.stalls["bin"], bins.stalls["stalled_s"]),
    )


def _any(bins: Bins, kind: Action) -> bool:
    return not bins.rates.filter(pl.col("action") == str(kind)).is_empty()


def _answered(bins: Bins, kind: str) -> Answered:
    rates, latencies = (table.filter(pl.col("action") == kind) for table in (bins.rates, bins.latencies))
    return Answered(
        per_s=_spread(bins, rates["bin"], rates["per_s"]),
        p50_ms=_spread(bins, latencies["bin"], latencies["p50_ms"]),
        p95_ms=_spread(bins, latencies["bin"], latencies["p95_ms"]),
        p99_ms=_spread(bins, latencies["bin"], latencies["p99_ms"]),
    )


def _by_cause(errors: pl.DataFrame) -> Iterable[tuple[str, str, pl.DataFrame]]:
    """The most frequent cause first; of one cause what cannot have been done before what may have been."""
    order = {str(each): place for place, each in enumerate((Outcome.FAILED, Outcome.UNKNOWN))}
    totals = dict(errors.group_by("cause").agg(pl.col("count").sum()).iter_rows())
    groups = [(str(cause), str(outcome), rows) for (cause, outcome), rows in errors.group_by("cause", "outcome")]
    return sorted(groups, key=lambda each: (-totals[each[0]], each[0], order.get(each[1], len(order))))


def _spread(bins: Bins, slots: pl.Series, figures: pl.Series) -> Column:
    """A figure a slice, None where there is none."""
    found = dict(zip(slots.to_list(), figures.to_list(), strict=True))
    return tuple(_rounded(found.get(slot)) for slot in range(bins.first, bins.last + 1))


def _rounded(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}")
