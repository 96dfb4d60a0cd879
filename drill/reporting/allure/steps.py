"""The steps under a promise: the experiment with its stages, when each really was, and then the judging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allure_commons.model2 import Parameter, Status, StatusDetails, TestStepResult

from drill.reporting.figures import seconds
from drill.reporting.records import EXPERIMENT
from drill.verdict import Ruling

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from allure_commons.model2 import Attachment

    from drill.reporting.records import ExperimentRecord, StageRecord
    from drill.verdict import Figure, Verdict

STATUSES = {Ruling.HELD: Status.PASSED, Ruling.BROKEN: Status.FAILED, Ruling.UNDECIDED: Status.BROKEN}
"""Failed blames the database, broken blames us or our evidence; refused is skipped, and has no ruling."""


def experiment_step(record: ExperimentRecord) -> TestStepResult:
    """All of the experiment: its stages as steps, the phases of recovery as parameters."""
    came_to = next((each for each in record.promises if each.name == EXPERIMENT), None)
    because = record.skipped if came_to is None else came_to.because
    return TestStepResult(
        name=f"experiment: {record.fault}",
        status=Status.SKIPPED if record.skipped is not None else Status.PASSED if came_to is None else Status.BROKEN,
        statusDetails=StatusDetails(message=because) if because else None,
        start=_ms(record.began),
        stop=_ms(record.ended or record.began),
        steps=[_stage(each, record) for each in record.stages],
        parameters=[_phase(name, value) for name, value in record.phases.items()],
    )


def judging_step(verdict: Verdict, start_ms: int, stop_ms: int, attachments: Sequence[Attachment]) -> TestStepResult:
    """One promise, judged: its ruling as a status, its objective and figures as parameters."""
    figures = [Parameter(name=name, value=_figure(value)) for name, value in verdict.measured.items()]
    objective = [Parameter(name="objective", value=verdict.objective)] if verdict.objective else []
    return TestStepResult(
        name=f"judged: {verdict.name.replace('_', ' ')}: {verdict.ruling}",
        status=STATUSES[verdict.ruling],
        statusDetails=StatusDetails(message=verdict.because),
        start=start_ms,
        stop=stop_ms,
        parameters=[*objective, *figures],
        attachments=list(attachments),
    )


def _stage(stage: StageRecord, record: ExperimentRecord) -> TestStepResult:
    """Show one that never ended as broken: the run was ended in it."""
    ended = stage.ended or record.ended
    return TestStepResult(
        name=stage.name,
        status=Status.PASSED if stage.ended else Status.BROKEN,
        start=_ms(stage.began),
        stop=_ms(ended or stage.began),
    )


def _phase(name: str, value: float | None) -> Parameter:
    return Parameter(name=name.replace("_", " "), value="not seen" if value is None else f"{seconds(value)} s")


def _figure(value: Figure) -> str:
    """Spell a figure alone: its name carries its unit."""
    if value is None:
        return "not measured"
    return f"{value:,}" if isinstance(value, int) else seconds(value)


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
