"""gate.xml: the judgement as JUnit XML, which GitHub, GitLab, Jenkins and CodeBuild show.

A suite for the evidence, with what was required, and a suite an experiment, with a case a promise: broken is a failure,
undecided an error; what warns, is waived or was skipped is skipped, and says why. What is red there is red here.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # only written here, never read
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drill.reporting.gate.judgement import Effect, Group, Judgement, Met, Row
from drill.reporting.secrets import redact
from drill.verdict import Ruling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, however it is spelled: https://www.w3.org/TR/xml/#charsets."""

FAILURE, ERROR, SKIPPED = "failure", "error", "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A test case of JUnit; `result` is None where it passed."""

    suite: str
    name: str
    result: str | None = None
    because: str = ""


def as_junit(judgement: Judgement) -> str:
    """The document; well-formed, and without a secret, whatever the promises say."""
    run = judgement.run
    top = ET.Element("testsuites", name=_clean(f"drill gate: {run.name if run else judgement.folder.name}"))
    suites = [("gate", 0.0, list(_evidence(judgement)))]
    suites += [(each.name, each.lasted_s, list(_experiment(each))) for each in judgement.groups]
    for name, lasted_s, cases in suites:
        suite = ET.SubElement(top, "testsuite", {"name": _clean(name), "time": f"{lasted_s:.3f}"} | _counts(cases))
        if run is not None:
            suite.set("timestamp", run.started.isoformat(timespec="seconds"))
        for case in cases:
            _append(suite, case)
    top.attrib.update(_counts([case for _, _, cases in suites for case in cases]))
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"


def _evidence(judgement: Judgement) -> Iterator[Case]:
    """Whether there is evidence, and of all that was required."""
    if not judgement.problems:
        yield Case(suite="gate", name="evidence")
    for number, problem in enumerate(judgement.problems, start=1):
        name = "evidence" if number == 1 else f"evidence ({number})"
        yield Case(suite="gate", name=name, result=ERROR, because=problem)
    yield from (_requirement(each) for each in judgement.required)


def _requirement(met: Met) -> Case:
    name = f"required: {met.requirement.name}"
    if not met.missing:
        return Case(suite="gate", name=name)
    return Case(
        suite="gate", name=name, result=ERROR, because=f"not executed, or not decided: {', '.join(met.missing)}"
    )


def _experiment(group: Group) -> Iterator[Case]:
    if group.skipped is not None:
        yield Case(suite=group.name, name="skipped", result=SKIPPED, because=group.skipped)
    yield from (_promise(group, row) for row in group.rows)


def _promise(group: Group, row: Row) -> Case:
    because = f"{row.because} ({row.waiver})" if row.waiver else row.because
    if row.effect is Effect.HOLDS:
        return Case(suite=group.name, name=row.promise)
    if row.effect is Effect.BLOCKS:
        result = FAILURE if row.ruling is Ruling.BROKEN else ERROR
        return Case(suite=group.name, name=row.promise, result=result, because=because)
    return Case(suite=group.name, name=row.promise, result=SKIPPED, because=f"{row.effect}, {row.ruling}: {because}")


def _append(suite: ET.Element, case: Case) -> None:
    classname = ".".join(case.suite.replace(".", "_").split("/"))
    element = ET.SubElement(suite, "testcase", classname=_clean(classname), name=_clean(case.name), time="0")
    if case.result is None:
        return
    result = ET.SubElement(element, case.result, message=_clean(case.because))
    if case.result != SKIPPED:
        result.set("type", "broken" if case.result == FAILURE else "undecided")
        result.text = _clean(case.because)


def _counts(cases: Iterable[Case]) -> dict[str, str]:
    results = [each.result for each in cases]
    counts = {"failures": FAILURE, "errors": ERROR, "skipped": SKIPPED}
    return {"tests": str(len(results))} | {name: str(results.count(result)) for name, result in counts.items()}


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", redact(text))
