"""One promise as Allure files it: found by service, scenario and fault; every stage of its experiment as a step."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allure_commons.model2 import Label, Link, Parameter
from allure_commons.types import LabelType, LinkType

from drill.reporting.allure.attachments import of_verdict
from drill.reporting.allure.headings import epic, heading
from drill.reporting.allure.severities import severity_of
from drill.reporting.allure.steps import experiment_step, judging_step
from drill.reporting.criteria import CRITERIA
from drill.reporting.usual_causes import usual_cause
from drill.verdict import Ruling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allure_commons.model2 import TestResult

    from drill.reporting.records import ExperimentRecord
    from drill.verdict import Verdict

OURS = frozenset({"history", "selection", "repetition"})
"""Parameters of pytest that say less than ours do: their values are told by address, another one in each run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A test that judged an experiment, or that could not: `verdicts` are its own, and may be none.

    `page` is the part of the run's own report that is about the experiment, below reports/; `url` leads to it, None
    where nobody said at which address the reports are published.
    """

    name: str
    rule: str
    record: ExperimentRecord
    verdicts: Sequence[Verdict]
    target: str
    application: str
    page: str
    url: str | None = None


def file(result: TestResult, promise: Promise) -> None:
    """Complete a result that pytest began: nothing that it says already is lost, but for the names of parameters."""
    record = promise.record
    result.name = f"{promise.name}: {record.fault}"
    result.description = "\n\n".join(_description(promise))
    result.labels.extend(_labels(promise))
    result.links.extend(_links(promise))
    result.parameters[:] = [*(each for each in result.parameters if each.name not in OURS), *_parameters(promise)]
    judged = [judging_step(each, result.start, result.stop, of_verdict(each)) for each in promise.verdicts]
    result.steps[:] = [experiment_step(record), *result.steps, *judged]


def tell(result: TestResult, verdicts: Sequence[Verdict]) -> None:
    """Let the message of a broken or undecided promise be its verdict; pytest's own says it between addresses.

    Allure groups by message: one that is another in each run would be a new failure each time.
    """
    failing = [each for each in verdicts if each.ruling is not Ruling.HELD]
    if failing and result.statusDetails is not None:
        result.statusDetails.message = "\n".join(repr(each) for each in failing)


def named(function: str) -> str:
    """The name of a test as words: test_writes_resume_in_time is "Writes resume in time"."""
    return function.removeprefix("test_").replace("_", " ").capitalize()


def _description(promise: Promise) -> Iterator[str]:
    yield inspect.cleandoc(promise.rule)
    if promise.record.story:
        yield f"What was done: {promise.record.story}."
    for verdict in promise.verdicts:
        cause = usual_cause(verdict.name)
        if cause:
            yield f"Where `{verdict.name}` is broken, it is usually this: {cause}."
    yield f"More about the experiment: `reports/{promise.page}`."


def _labels(promise: Promise) -> Iterator[Label]:
    scenario, names = promise.record.scenario, {each.name for each in promise.verdicts}
    yield Label(name=LabelType.EPIC, value=epic(scenario))
    yield Label(name=LabelType.FEATURE, value=heading(scenario).feature)
    yield Label(name=LabelType.STORY, value=promise.record.fault)
    yield Label(name=LabelType.SEVERITY, value=str(severity_of(names)))
    for criterion in CRITERIA:
        if scenario in criterion.scenarios and (not criterion.proofs or names & criterion.promises):
            yield Label(name="requirement", value=f"{criterion.part}: {criterion.text}")


def _links(promise: Promise) -> Iterator[Link]:
    """Link what a browser can open from anywhere: Allure shows others as text that looks as if it could be clicked."""
    if promise.url:
        yield Link(type=LinkType.LINK, url=promise.url, name="report of the run")
    about = heading(promise.record.scenario)
    if about.url:
        yield Link(type=LinkType.LINK, url=about.url, name=about.title)


def _parameters(promise: Promise) -> Iterator[Parameter]:
    """Tell by target, fault, repetition and application which results are of one history; objectives may change."""
    yield Parameter(name="target", value=promise.target)
    yield Parameter(name="fault", value=promise.record.fault)
    yield Parameter(name="repetition", value=str(promise.record.repetition))
    yield Parameter(name="application", value=promise.application)
    for verdict in promise.verdicts:
        if verdict.objective:
            yield Parameter(name="objective", value=verdict.objective, excluded=True)
