"""What DescribeDBLogFiles and DownloadDBLogFilePortion tell of an instance's log files, which are real ones.

A file is named by its path below the instance's folder, as in error/postgresql.log.2026-11-22-1430. A marker of a file
is the number of bytes before what comes next; a portion holds whole lines and 1 MB at most.
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DownloadDBLogFilePortion.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1 << 20
MOST_LINES = 10_000
"""Of a file of which neither a marker nor a number of lines is asked for."""
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFile:
    """One log file; `last_written_ms` since the epoch, `size` in bytes."""

    name: str
    path: Path
    last_written_ms: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some lines of a file, where the next ones begin, and whether there are any."""

    data: str
    marker: str
    pending: bool


def files(folder: Path, *, contains: str = "", since_ms: int = 0, larger_than: int = 0) -> list[LogFile]:
    """Every log file below the folder by name, of those that are asked for; none where there is no folder yet."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        looked, name = path.stat(), path.relative_to(folder).as_posix()
        written_ms = looked.st_mtime_ns // 1_000_000
        if contains in name and written_ms >= since_ms and looked.st_size >= larger_than:
            found.append(LogFile(name=name, path=path, last_written_ms=written_ms, size=looked.st_size))
    return found


def page(found: list[LogFile], *, most: int | None, marker: str | None) -> tuple[list[LogFile], str | None]:
    """One page and the next one's marker, or None: the name after which it begins."""
    rest = [each for each in found if marker is None or each.name > marker]
    shown = rest[:most]
    return shown, shown[-1].name if len(shown) < len(rest) and shown else None


def portion(path: Path, *, marker: str | None = None, lines: int | None = None) -> Portion:
    """Lines from the marker on, or the last ones where there is none; ValueError for a marker that is none of ours."""
    if marker is not None and not marker.isdecimal():
        raise ValueError(f"Marker {marker} did not come from an earlier answer.")
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if marker is not None:
            begin = file.seek(min(int(marker), size))
            raw = _first_lines(file.read(LARGEST), lines)
        else:
            begin = file.seek(max(0, size - LARGEST))
            whole = file.read(size - begin)
            raw = _last_lines(whole if begin == 0 else whole.partition(b"\n")[2], lines or MOST_LINES)
            begin = size - len(raw)
    end = begin + len(raw)
    text = _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", raw.decode("utf-8", "replace"))
    return Portion(data=text, marker=str(end), pending=bool(raw) and end < size)


def _first_lines(raw: bytes, most: int | None) -> bytes:
    """Whole lines; what is longer than a portion is cut."""
    whole = raw[: raw.rfind(b"\n") + 1] or raw
    return whole if most is None else b"".join(whole.splitlines(keepends=True)[:most])


def _last_lines(raw: bytes, most: int) -> bytes:
    return b"".join(raw.splitlines(keepends=True)[-most:])
