"""What the page says, experiment by experiment, before any of it is markup."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from drill.reporting.page import beside, kept, runs
from drill.reporting.page.charts import Chart, ramp_chart, timeline_chart, trend_chart, waterfall_chart
from drill.reporting.page.spelling import amount, words
from drill.reporting.page.steps import Ramp
from drill.reporting.page.timeline import Timeline
from drill.reporting.records import PHASES, UNFINISHED, ExperimentRecord, RunRecord
from drill.reporting.table import phase
from drill.reporting.usual_causes import Usual, usual
from drill.verdict import Ruling, Verdict

GRAVITY = (Ruling.BROKEN, Ruling.UNDECIDED, Ruling.HELD)
ARTEFACTS = {
    beside.HISTORY: "every operation",
    "timeline.svg": "the time line as a drawing",
    "ramp.svg": "latency by load as a drawing",
    kept.TIMELINE: "the time line's figures",
    kept.RAMP: "the ramp's figures",
    "server.log": "what the servers logged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """A stage of an experiment; `lasted_s` is None where the run was ended in it."""

    name: str
    began: datetime
    lasted_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A verdict with its place on the page, and what usually causes it where it did not hold."""

    anchor: str
    verdict: Verdict
    usual: Usual | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One experiment; `number` is its place in the run, which validation.md counts by, too.

    `missing` says what was lost of it, and `remark` what explains its time line, or that there never was one;
    `compared` is the earlier run that it is compared with.
    """

    number: int
    record: ExperimentRecord
    headline: str
    since: str
    promises: tuple[Promise, ...]
    timeline: Chart | None = None
    ramp: Chart | None = None
    waterfall: Chart | None = None
    trend: Chart | None = None
    missing: str = ""
    remark: str = ""
    compared: RunRecord | None = None
    phases: tuple[tuple[str, str], ...] = ()
    stages: tuple[StageView, ...] = ()
    differences: tuple[runs.Difference, ...] = ()
    turned: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"experiment-{self.number}"

    @property
    def ruling(self) -> str:
        """Its ruling, or that it was skipped."""
        return "skipped" if self.record.skipped is not None else str(self.record.ruling)

    @property
    def is_experiment(self) -> bool:
        """Whether anything was tried on the database; that not all was judged is only told in a line of its own."""
        return self.record.scenario != UNFINISHED

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Those that it has."""
        return tuple(each for each in (self.timeline, self.ramp, self.waterfall, self.trend) if each is not None)

    @property
    def held(self) -> int:
        """How many of its promises held."""
        return sum(each.verdict.ruling is Ruling.HELD for each in self.promises)


def sections(run: RunRecord, folder: Path, earlier: Sequence[RunRecord]) -> list[Section]:
    """Lay out every experiment, the gravest first and those that were skipped last; `earlier` is of the same target."""
    views = [_section(number, record, run, folder, earlier) for number, record in enumerate(run.experiments, 1)]
    order = [str(each) for each in GRAVITY]
    return sorted(views, key=lambda each: order.index(each.ruling) if each.ruling in order else len(order))


def _section(
    number: int, record: ExperimentRecord, run: RunRecord, folder: Path, earlier: Sequence[RunRecord]
) -> Section:
    promises = tuple(_promise(number, each) for each in by_gravity(record.promises))
    if record.skipped is not None:
        return Section(number=number, record=record, headline="", since="", promises=promises)
    timeline = None if record.directory is None else kept.load(Timeline, record.directory / kept.TIMELINE)
    ramp = None if record.directory is None else kept.load(Ramp, record.directory / kept.RAMP)
    compared, previous = runs.newest(record, earlier) or (None, None)
    differences = tuple(runs.differences(record, previous)) if previous else ()
    remark = beside.remark(record, is_drawn=timeline is not None)
    return Section(
        number=number,
        record=record,
        headline="; ".join(
            f"{words(name)} {amount(name, value)}" for name, value in [*runs.headlines(record).items()][:2]
        ),
        since=_since(record, previous, differences) if earlier else "no earlier run",
        promises=promises,
        timeline=timeline_chart(timeline, name=f"timeline-{number}", title="Time line") if timeline else None,
        ramp=ramp_chart(ramp, name=f"ramp-{number}", title="Latency by load") if ramp else None,
        waterfall=waterfall_chart(
            record.phases,
            name=f"phases-{number}",
            title="Phases of recovery",
            healed_s=timeline.healed_s if timeline else None,
        ),
        trend=trend_chart(runs.trend(record, run, earlier), name=f"trend-{number}", title="Over the last runs"),
        missing="" if timeline or remark else beside.loss(record, folder),
        remark=remark,
        compared=compared,
        phases=tuple((name.replace("_", " "), phase(record, name)) for name in PHASES if name in record.phases),
        stages=tuple(_stages(record)),
        differences=differences,
        turned=tuple(_turned(record, previous)) if previous else (),
        files=tuple(_files(record, folder)),
    )


def by_gravity(promises: Sequence[Verdict]) -> list[Verdict]:
    """Broken before undecided before held, each in the order in which they were judged."""
    return sorted(promises, key=lambda each: GRAVITY.index(each.ruling))


def _promise(number: int, verdict: Verdict) -> Promise:
    causes = None if verdict.ruling is Ruling.HELD else usual().get(verdict.name)
    return Promise(anchor=f"experiment-{number}-{verdict.name}", verdict=verdict, usual=causes)


def executed_in_words(shown: Sequence[Section]) -> str:
    """How many experiments there were and were executed; where one came to nothing, how many came to a decision."""
    tried = [each for each in shown if each.is_experiment]
    begun = [each for each in tried if each.record.skipped is None]
    if not tried:
        return "none"
    decided = sum(runs.is_decided(each.record) for each in begun)
    if decided < len(begun):
        return f"{len(begun)} begun, {decided} decided"
    return f"{len(begun)} of {len(tried)} {'experiment' if len(tried) == 1 else 'experiments'}"


def _stages(record: ExperimentRecord) -> list[StageView]:
    return [
        StageView(
            name=each.name,
            began=each.began,
            lasted_s=None if each.ended is None else (each.ended - each.began).total_seconds(),
        )
        for each in record.stages
    ]


def _since(record: ExperimentRecord, previous: ExperimentRecord | None, differences: Sequence[runs.Difference]) -> str:
    """The ruling where it turned, and how the first of its figures changed."""
    if previous is None:
        return "not measured before"
    turned = f"was {previous.ruling}" if previous.ruling is not record.ruling else ""
    first = next((each for each in differences if each.figure in runs.HEADLINES), None)
    changed = f"{words(first.figure)} {first.change}" if first else ""
    return "; ".join(filter(None, (turned, changed))) or "the same ruling"


def _turned(record: ExperimentRecord, previous: ExperimentRecord) -> list[str]:
    """Each promise whose ruling is another one now."""
    then = {each.name: each.ruling for each in previous.promises}
    return [
        f"{each.name}: {then[each.name]}, and now {each.ruling}"
        for each in record.promises
        if then.get(each.name, each.ruling) is not each.ruling
    ]


def _files(record: ExperimentRecord, folder: Path) -> list[tuple[str, str]]:
    """Only what is there is linked, and relative to the page: the folder can move."""
    if record.directory is None:
        return []
    there = [name for name in ARTEFACTS if (record.directory / name).is_file()]
    return [(Path(os.path.relpath(record.directory / name, folder)).as_posix(), ARTEFACTS[name]) for name in there]
