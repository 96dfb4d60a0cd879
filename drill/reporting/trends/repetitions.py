"""What is done several times in one run (`--repeat N`): the median of what was measured, and the worst."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from drill.reporting.trends.figures import told
from drill.reporting.trends.quantities import LATENCY, LOSS, QUANTITIES, RECOVERY, SERVED
from drill.reporting.trends.spread import Spread, spread
from drill.verdict import Ruling, gravest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drill.reporting.records import ExperimentRecord, RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetitions:
    """One fault of one scenario, as often as a run executed it; skipped ones are not among `experiments`.

    `spreads` holds what was measured, by the name of the quantity; one that measured nothing is missing in its
    `number`, and shows in `ruling`.
    """

    scenario: str
    fault: str
    experiments: tuple[ExperimentRecord, ...]
    spreads: Mapping[str, Spread] = field(default_factory=dict)

    @property
    def ruling(self) -> Ruling:
        """The gravest of all: one good repetition does not make up for a bad one."""
        return gravest(each.ruling for each in self.experiments)

    @property
    def held(self) -> int:
        """How many of them held."""
        return sum(each.ruling is Ruling.HELD for each in self.experiments)


def repetitions(run: RunRecord) -> tuple[Repetitions, ...]:
    """Every experiment that was executed, in the run's order; what was done once is there once."""
    groups: dict[tuple[str, str], list[ExperimentRecord]] = defaultdict(list)
    for each in run.executed:
        groups[each.scenario, each.fault].append(each)
    return tuple(
        Repetitions(scenario=scenario, fault=fault, experiments=tuple(group), spreads=_spreads(group))
        for (scenario, fault), group in groups.items()
    )


def sentences(run: RunRecord) -> tuple[str, ...]:
    """A line for each experiment that was done more than once; none where nothing was.

    "writer crash: 5 times, recovered median 1.31 s, worst 1.92 s"
    """
    return tuple(_sentence(each) for each in repetitions(run) if len(each.experiments) > 1)


_VERBS = {RECOVERY.name: "recovered", LOSS.name: "lost writes", LATENCY.name: "p95", SERVED.name: "served"}


def _sentence(each: Repetitions) -> str:
    times = len(each.experiments)
    parts = [f"{each.fault}: {times} times" + ("" if each.held == times else f", {each.held} of them held")]
    for name, found in each.spreads.items():
        if name == LOSS.name and not found.worst:
            continue  # nothing was lost, which is what everybody expects
        missing = f" (of {found.number})" if found.number < times else ""
        median, worst = told(name, found.median), told(name, found.worst)
        parts.append(f"{_VERBS[name]} median {median}, worst {worst}{missing}")
    return ", ".join(parts)


def _spreads(group: list[ExperimentRecord]) -> dict[str, Spread]:
    found = {}
    for name, quantity in QUANTITIES.items():
        values = [reading.value for each in group if (reading := quantity.read(each)) is not None]
        if (lies := spread(quantity, values)) is not None:
            found[name] = lies
    return found
