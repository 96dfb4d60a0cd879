"""One quantity of one experiment over runs, for whoever draws it or judges it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from drill.reporting.trends.quantities import QUANTITIES, Quantity, Reading

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from drill.reporting.records import ExperimentRecord, RunRecord

K = TypeVar("K")


class Subject(NamedTuple):
    """What was measured, and where: what differs in any of these is never compared.

    A lab is not a cluster, and a cluster not another one that goes by the same name in drill.toml.
    """

    target: str
    kind: str
    what: str
    scenario: str
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A run in which the experiment was executed: a reading a repetition, in their order.

    Without readings nothing was measured, as in an experiment that was ended early: a gap, and no zero.
    """

    run: str
    started: datetime
    readings: tuple[Reading, ...] = ()

    @property
    def values(self) -> tuple[float, ...]:
        """The readings' values; inf is "never"."""
        return tuple(each.value for each in self.readings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A quantity of one experiment, run by run; the newest is the last of `points`, of which there is one at least."""

    subject: Subject
    quantity: Quantity
    points: tuple[Point, ...]

    @property
    def newest(self) -> Point:
        """The newest run that executed the experiment, whether or not it measured anything."""
        return self.points[-1]

    @property
    def earlier(self) -> tuple[Point, ...]:
        """All before it that measured something."""
        return tuple(each for each in self.points[:-1] if each.readings)

    @property
    def values(self) -> tuple[float, ...]:
        """Every value of every run."""
        return tuple(value for each in self.points for value in each.values)


def series(runs: Iterable[RunRecord], name: str) -> tuple[Series, ...]:
    """Follow the quantity of this name (see QUANTITIES) through the runs, in whatever order they come.

    A series for each experiment that measured it in one run at least, in the order in which the newest runs have them.
    """
    quantity = QUANTITIES[name]
    ordered = sorted(runs, key=lambda each: (each.started, each.name))
    found: dict[Subject, list[Point]] = defaultdict(list)
    for run in ordered:
        for subject, experiments in _by_subject(run).items():
            readings = tuple(reading for each in experiments if (reading := quantity.read(each)) is not None)
            found[subject].append(Point(run=run.name, started=run.started, readings=readings))
    return tuple(
        Series(subject=subject, quantity=quantity, points=tuple(found[subject]))
        for subject in dict.fromkeys(subject for run in reversed(ordered) for subject in _by_subject(run))
        if any(point.readings for point in found[subject])
    )


def all_series(runs: Iterable[RunRecord]) -> tuple[Series, ...]:
    """Every quantity of every experiment, those of a target together, and among them those of an experiment."""
    ordered = sorted(runs, key=lambda each: (each.started, each.name))
    subjects = [subject for run in reversed(ordered) for subject in _by_subject(run)]
    targets, places = _places(each[:3] for each in subjects), _places(subjects)
    found = (each for name in QUANTITIES for each in series(ordered, name))
    return tuple(sorted(found, key=lambda each: (targets[each.subject[:3]], places[each.subject])))


def _places(keys: Iterable[K]) -> dict[K, int]:
    """Number different keys in the order in which they come."""
    return {key: place for place, key in enumerate(dict.fromkeys(keys))}


def _by_subject(run: RunRecord) -> dict[Subject, list[ExperimentRecord]]:
    groups: dict[Subject, list[ExperimentRecord]] = defaultdict(list)
    for each in run.executed:
        groups[Subject(run.target, run.kind, run.subject, each.scenario, each.fault)].append(each)
    return groups
