"""An experiment beside the same one of earlier runs: only runs of the same target and cluster can be compared."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drill.reporting.page.spelling import amount
from drill.reporting.trends.quantities import QUANTITIES
from drill.verdict import Ruling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drill.reporting.records import ExperimentRecord, RunRecord
    from drill.verdict import Figure

MINUS = "\N{MINUS SIGN}"

MOST = 20
"""Runs of a trend, this one included."""

HEADLINES = (
    "recovery_time_s",
    "lost_writes",
    "application_outage_s",
    "failed_requests_pct",
    "p95_during_ms",
    "served_during_pct",
    "converged_s",
    "highest_rate_per_s",
    "pool_utilisation_pct",
    "worst_pattern_p95_ms",
    "budget_used_pct",
)
"""The figures that an experiment is known by, as far as it has them; the first of them stands in the overview."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One experiment of one run: the run's short name, the ruling, and every figure by its name; inf is "never"."""

    name: str
    ruling: str
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A figure in the previous run and in this one, by the same promise; None where that did not measure it."""

    figure: str
    before: Figure
    now: Figure
    by: str = ""

    @property
    def is_known(self) -> bool:
        """Whether both runs measured it."""
        return self.before is not None and self.now is not None

    @property
    def change(self) -> str:
        """The difference with its sign; a share of what it was only where that is not nothing."""
        if self.before is None or self.now is None:
            return "cannot be compared"
        apart = self.now - self.before
        if apart == 0:
            return "the same"
        share = f" ({apart / abs(self.before):+.0%})".replace("-", MINUS) if self.before else ""
        return f"{'+' if apart > 0 else MINUS}{amount(self.figure, abs(apart))}{share}"


def measured_by(record: ExperimentRecord) -> dict[str, str]:
    """Which promise each figure is taken of: the first that measured it, or else the first that would have."""
    found: dict[str, tuple[str, Figure]] = {}
    for by, figure, value in _measured(record):
        if figure not in found or (found[figure][1] is None and value is not None):
            found[figure] = by, value
    return {figure: by for figure, (by, _) in found.items()}


def figures(record: ExperimentRecord, by: Mapping[str, str] | None = None) -> dict[str, Figure]:
    """Every figure of an experiment by its name; no number is None.

    Promises may give one name to what each measured for itself, such as the failed requests of probes and of an
    application: `by` says which promise is meant, so that like stands beside like.
    """
    meant = measured_by(record) | dict(by or {})
    found: dict[str, Figure] = {}
    for of, figure, value in _measured(record):
        if meant[figure] == of and found.get(figure) is None:
            found[figure] = value
    return found


def _measured(record: ExperimentRecord) -> Iterator[tuple[str, str, Figure]]:
    """By whom, what, and how much; what is seen at a glance is of no promise."""
    seen = (("", record.glance or {}), *((each.name, each.measured) for each in record.promises))
    for by, measured in seen:
        for figure, value in measured.items():
            yield by, figure, value if value is not None and math.isfinite(value) else None


def headlines(record: ExperimentRecord) -> dict[str, Figure]:
    """Those that it is known by and that were measured, in the order of importance."""
    found = figures(record)
    return {name: found[name] for name in HEADLINES if found.get(name) is not None}


def before(run: RunRecord, earlier: Sequence[RunRecord]) -> tuple[RunRecord, ...]:
    """Earlier runs of the same target, the newest last; whatever else is among them is left out.

    A cluster is not another one that goes by the same name in drill.toml.
    """
    ours = _place_of(run)
    same = (each for each in earlier if _place_of(each) == ours and each.name != run.name)
    return tuple(sorted((each for each in same if each.started < run.started), key=lambda each: each.started))


def counterpart(record: ExperimentRecord, run: RunRecord) -> ExperimentRecord | None:
    """The same experiment of another run: scenario, fault and repetition; None where it was not executed there.

    A repetition that the other run did not come to is compared with its first.
    """
    wanted = (record.scenario, record.fault)
    same = {each.repetition: each for each in run.executed if (each.scenario, each.fault) == wanted}
    return same.get(record.repetition) or (same[min(same)] if same else None)


def is_decided(record: ExperimentRecord) -> bool:
    """Whether anything is known of it: one promise that held or is broken."""
    return any(each.ruling is not Ruling.UNDECIDED for each in record.promises)


def newest(record: ExperimentRecord, earlier: Sequence[RunRecord]) -> tuple[RunRecord, ExperimentRecord] | None:
    """The last run that came to know anything of the experiment, with what it was there; None where none did.

    Nothing is compared with a run that was ended before: whatever was measured then stands behind it.
    """
    pairs = ((run, counterpart(record, run)) for run in reversed(earlier))
    return next(((run, found) for run, found in pairs if found is not None and is_decided(found)), None)


def differences(record: ExperimentRecord, previous: ExperimentRecord) -> list[Difference]:
    """Every figure of either side by side, those first that the experiment is known by."""
    by = measured_by(previous) | measured_by(record)
    then, now = figures(previous, by), figures(record, by)
    return [
        Difference(figure=name, before=then.get(name), now=now.get(name), by=by[name])
        for name in sorted(by, key=_place)
    ]


def trend(record: ExperimentRecord, run: RunRecord, earlier: Sequence[RunRecord]) -> list[Point]:
    """The same experiment over the last runs, the oldest first and this one last."""
    by = measured_by(record)
    pairs = [(each, found) for each in earlier if (found := counterpart(record, each)) is not None]
    return [
        Point(name=f"{each.started:%m-%d %H:%M:%S}", ruling=str(found.ruling), figures=_followed(found, by))
        for each, found in [*pairs[-(MOST - 1) :], (run, record)]
    ]


def _followed(record: ExperimentRecord, by: Mapping[str, str]) -> dict[str, Figure]:
    """Every figure, and infinity for what never came, as trends have it: that is no gap, but the worst of all."""
    readings = ((name, each.read(record)) for name, each in QUANTITIES.items())
    return figures(record, by) | {
        name: math.inf for name, found in readings if found is not None and found.value == math.inf
    }


def _place_of(run: RunRecord) -> tuple[str, str, str]:
    return run.target, run.kind, run.subject


def _place(name: str) -> int:
    return HEADLINES.index(name) if name in HEADLINES else len(HEADLINES)
