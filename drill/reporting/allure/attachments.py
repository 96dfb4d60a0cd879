"""What lies beside an experiment, in Allure: written once, and shown under each of its promises.

It belongs to the fixture that ran the experiment, since Allure 3 takes each file for one owner's: a run of fourteen
promises an experiment would otherwise carry each drawing fourteen times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from allure_commons import plugin_manager
from allure_commons.model2 import ATTACHMENT_PATTERN, Attachment
from allure_commons.types import AttachmentType

from drill.reporting.allure.tally import tally
from drill.reporting.figures import size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from drill.history import History
    from drill.verdict import Verdict

DRAWINGS = ("timeline.svg", "ramp.svg")
LOGS = "server*.log"
MOST_BYTES = 1_000_000
"""Of each log; what is left out lies in the run's own folder."""


def of_experiment(directory: Path | None, history: History | None) -> tuple[Attachment, ...]:
    """Attach drawings, the tally of the history and the server's logs; what is not there is left out."""
    return (*_tally(history), *(() if directory is None else _files(directory)))


def of_verdict(verdict: Verdict) -> tuple[Attachment, ...]:
    """Attach single findings, a line each, where there are any; ruling and figures stand in the step itself."""
    if not verdict.evidence:
        return ()
    return (_attached("\n".join((verdict.because, "", *verdict.evidence)), "evidence", AttachmentType.TEXT),)


def _tally(history: History | None) -> Iterator[Attachment]:
    rows = None if history is None else tally(history)
    if rows is not None and rows.height:
        yield _attached(rows.write_csv(), "history: how operations ended", AttachmentType.CSV)


def _files(directory: Path) -> Iterator[Attachment]:
    for name in DRAWINGS:
        if (directory / name).is_file():
            yield _attached((directory / name).read_bytes(), name.removesuffix(".svg"), AttachmentType.SVG)
    for log in sorted(directory.glob(LOGS)):
        yield _attached(_in_short(log), f"log of the server: {log.name}", AttachmentType.TEXT)


def _in_short(log: Path) -> str:
    """Keep beginning and end of a log that is too long, which says how much is missing, and where it is."""
    whole = log.stat().st_size
    with log.open("rb") as file:
        if whole <= MOST_BYTES:
            return file.read().decode("utf-8", "replace")
        head = file.read(MOST_BYTES // 2)
        file.seek(-(MOST_BYTES // 2), 2)
        tail = file.read()
    place = "/".join(log.parts[-3:])
    gap = f"\n... {size(whole - len(head) - len(tail))} left out; all of it: {place} in the folder of the run ...\n"
    return head.decode("utf-8", "replace") + gap + tail.decode("utf-8", "replace")


def _attached(body: str | bytes, name: str, kind: AttachmentType) -> Attachment:
    source = ATTACHMENT_PATTERN.format(prefix=uuid4(), ext=kind.extension)
    plugin_manager.hook.report_attached_data(body=body, file_name=source)
    return Attachment(name=name, source=source, type=kind.mime_type)
