"""What the servers of a cluster logged meanwhile, asked of RDS: evidence for people, judged by nobody.

Only files that were written since are read, of a large one only the end: downloading troubles the instance.
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DownloadDBLogFilePortion.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from drill.errors import TargetError
from drill.targets.aurora import Aurora
from drill.targets.boto import asking
from drill.targets.log_lines import Message, messages

if TYPE_CHECKING:
    from mypy_boto3_rds.type_defs import DescribeDBLogFilesDetailsTypeDef

T = TypeVar("T")

MARGIN = timedelta(seconds=2)
"""Aurora's moments are whole seconds, and its clock may be a little beside ours."""
WHOLE_BYTES = 4 << 20
"""The largest file that is read from its beginning: four portions."""
LAST_LINES = 10_000
"""How many lines of a larger one are asked for; RDS gives 1 MB of them at most."""


def server_log(
    target: Aurora, since: datetime, until: datetime, *, max_bytes: int = 1_000_000, deadline_s: float = 10.0
) -> str:
    """The lines of all instances between two moments, in order, each after its instance's name; ends in time.

    Raises nothing about a log that cannot be had: a line beginning with # says why, as others say what was left out.
    Holds secrets where the servers logged them: to be redacted before it is written.
    """
    since, until = since.astimezone(UTC) - MARGIN, until.astimezone(UTC) + MARGIN
    ends_at = time.monotonic() + deadline_s
    (topology,) = _together({target.cluster: target.topology}, ends_at, deadline_s).values()
    if isinstance(topology, TargetError):
        return f"# no server log: {_on_one_line(topology)}\n"
    names = [each.identifier for each in topology.members]
    read = {name: _Reader(target=target, instance=name, since=since, ends_at=ends_at).read for name in names}
    found = _together(read, ends_at, deadline_s)
    remarks = [f"# server log of {', '.join(names)} from {_shown(since)} to {_shown(until)}"]
    lines: list[tuple[datetime, int, str]] = []
    for number, (name, log) in enumerate(found.items()):
        if isinstance(log, TargetError):
            remarks.append(f"# {name}: no log: {_on_one_line(log)}")
            continue
        remarks += [f"# {name}: {each}" for each in log.remarks]
        of_window = [each for each in log.messages if since <= each.at <= until]
        lines += [(each.at, number, f"{name} | {line}") for each in of_window for line in each.lines]
    if not lines:
        remarks.append("# nothing was logged in that time")
    # Sorting is stable: what a server wrote at one moment stays in its order, a statement behind its error.
    lines.sort(key=lambda each: each[:2])
    return "".join(f"{line}\n" for line in _cut(remarks, lines, max_bytes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Log:
    """What one instance logged, its files one after the other; remarks say what is not there."""

    messages: tuple[Message, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads what one instance has logged since a moment."""

    target: Aurora
    instance: str
    since: datetime
    ends_at: float

    def read(self) -> _Log:
        """Ask for its files, and for what stands in them; TargetError."""
        found: list[Message] = []
        remarks: list[str] = []
        for file in self._files():
            whole = file.get("Size", 0) <= WHOLE_BYTES
            read = messages("".join(self._portions(file["LogFileName"]) if whole else [self._end(file["LogFileName"])]))
            if not whole and (not read or read[0].at > self.since):
                began = f"before {_shown(read[0].at)} " if read else ""
                remarks.append(f"{file['LogFileName']} is large; what it holds {began}was left out")
            found += read
        return _Log(messages=tuple(found), remarks=tuple(remarks))

    def _files(self) -> list[DescribeDBLogFilesDetailsTypeDef]:
        """The logs in plain text that were written since, the oldest first; a CSV would say the same again."""
        with self._asking("rds:DescribeDBLogFiles"):
            pages = self.target.rds.get_paginator("describe_db_log_files").paginate(
                DBInstanceIdentifier=self.instance,
                FilenameContains="postgresql.log",
                FileLastWritten=int(self.since.timestamp() * 1000),
            )
            files = [each for page in pages for each in page["DescribeDBLogFiles"]]
        plain = (each for each in files if not each["LogFileName"].endswith(".csv"))
        return sorted(plain, key=lambda each: (each.get("LastWritten", 0), each["LogFileName"]))

    def _portions(self, name: str) -> Iterator[str]:
        """A file from its beginning, until it says that there is no more, or nobody waits for it any longer."""
        marker: str | None = "0"
        while marker is not None and time.monotonic() < self.ends_at:
            part = self._portion(name, Marker=marker)
            yield part.get("LogFileData") or ""
            following = part.get("Marker") if part.get("AdditionalDataPending") else None
            # A marker that stands still would go on for good.
            marker = following if following != marker else None

    def _end(self, name: str) -> str:
        """The last lines of a file; where no marker is named, RDS begins at the end."""
        return self._portion(name, NumberOfLines=LAST_LINES).get("LogFileData") or ""

    def _portion(self, name: str, **which: Any) -> Mapping[str, Any]:
        with self._asking("rds:DownloadDBLogFilePortion"):
            return self.target.rds.download_db_log_file_portion(
                DBInstanceIdentifier=self.instance, LogFileName=name, **which
            )

    def _asking(self, action: str) -> AbstractContextManager[None]:
        where = self.target.endpoint_url or f"AWS in {self.target.session.region_name}"
        return asking(action, what=self.instance, where=where)


def _together(asked: Mapping[str, Callable[[], T]], ends_at: float, deadline_s: float) -> dict[str, T | TargetError]:
    """What each of them gives, all asked at once; an error where one raised, or gave nothing in time.

    A thread that nobody waits for any longer ends by boto3's own deadlines.
    """
    found: dict[str, T | TargetError] = {}

    def ask(name: str, work: Callable[[], T]) -> None:
        try:
            found[name] = work()
        except TargetError as error:
            found[name] = error
        except Exception as error:  # noqa: BLE001 - whatever it is, what was measured must not be lost over a log
            found[name] = TargetError(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=ask, args=each, name="server log", daemon=True) for each in asked.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, ends_at - time.monotonic()))
    late = TargetError(f"RDS did not answer within {deadline_s:g} s")
    return {name: found.get(name, late) for name in asked}


def _cut(remarks: list[str], lines: list[tuple[datetime, int, str]], max_bytes: int) -> Iterator[str]:
    """The remarks, and as many lines as fit."""
    yield from remarks
    left = max_bytes - sum(len(each.encode()) + 1 for each in remarks)
    for number, (at, _, line) in enumerate(lines):
        left -= len(line.encode("utf-8", "replace")) + 1
        if left < 0:
            more, last = len(lines) - number, lines[-1][0]
            yield f"# cut off at {_shown(at)}, after {max_bytes:,} bytes: {more:,} lines more until {_shown(last)}"
            return
        yield line


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} UTC"


def _on_one_line(error: TargetError) -> str:
    return " ".join(str(error).split())
