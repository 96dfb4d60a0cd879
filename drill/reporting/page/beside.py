"""What is said beside a time line, or in its place: whether it is whole, and whether one was ever to be had."""

from __future__ import annotations

import os
from pathlib import Path

from drill.reporting.page import kept, runs
from drill.reporting.records import EXPERIMENT, UNFINISHED, ExperimentRecord

HISTORY = "history.parquet"
INJECTING, EXAMINING = "injecting", "examining what is left"
"""Words of drill.experiment.Stage, whom reporting does not know."""


def remark(record: ExperimentRecord, *, is_drawn: bool) -> str:
    """What explains the time line, or that there never was one; empty where it needs no words, or was lost.

    Whoever saw phases or a load, or has a time line that cannot be read, had something to draw.
    """
    if record.scenario == UNFINISHED:
        return "This is no experiment: it says what was selected and never judged."
    if is_drawn:
        return "It ended before its time: this is what was seen until then." if _is_cut_off(record) else ""
    if record.directory is None or record.phases or record.glance or (record.directory / kept.TIMELINE).exists():
        return ""
    if (record.directory / HISTORY).is_file():
        injected = any(each.name == INJECTING for each in record.stages)
        return "" if injected else "Nothing was injected: there is no time line."
    return "" if runs.is_decided(record) else "It was ended before there was anything to draw."


def _is_cut_off(record: ExperimentRecord) -> bool:
    """Whether it did not come to its end: it says so itself, or its last stage is not that of one which did."""
    ended_in = record.stages[-1].name if record.stages else EXAMINING
    came_to_nothing = any(each.name == EXPERIMENT for each in record.promises)
    return not runs.is_decided(record) and (came_to_nothing or ended_in != EXAMINING)


def loss(record: ExperimentRecord, folder: Path) -> str:
    """That the time line there was is not there any more; `folder` is where the page lies."""
    if record.directory is None:
        return "No evidence was kept of this experiment."
    place = Path(os.path.relpath(record.directory / kept.TIMELINE, folder)).as_posix()
    return f"There is no time line: {place} is missing or cannot be read."
