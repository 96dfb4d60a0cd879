"""What Allure remembers of the runs that it made a report of: a line of JSON a run, from which it draws trends.

Allure writes it; we see to it that no run counts twice, and that each stands at the time at which it was.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from drill.errors import ConfigError
from drill.reporting.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    Point = dict[str, Any]


def names(path: Path) -> list[str]:
    """The reports that are remembered, the oldest first."""
    return [str(point.get("name")) for point in _read(path)]


def forget(path: Path, name: str) -> None:
    """Let a report of that name be made anew, as if for the first time."""
    points = _read(path)
    kept = [point for point in points if point.get("name") != name]
    if len(kept) != len(points):
        _write(path, kept)


def date(path: Path, name: str, ended_ms: int) -> None:
    """Put a report at the time when its run ended, which may be long before the report was made; in order of time."""
    points = [point | {"timestamp": ended_ms} if point.get("name") == name else point for point in _read(path)]
    _write(path, sorted(points, key=lambda point: int(point.get("timestamp", 0))))


def _read(path: Path) -> list[Point]:
    if not path.exists():
        return []
    points: list[Point] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            point = json.loads(line)
        except ValueError as error:
            raise _unreadable(path, number) from error
        if not isinstance(point, dict):
            raise _unreadable(path, number)
        points.append(point)
    return points


def _write(path: Path, points: list[Point]) -> None:
    write_atomically(path, "".join(json.dumps(point, ensure_ascii=False) + "\n" for point in points))


def _unreadable(path: Path, number: int) -> ConfigError:
    return ConfigError(f"{path}: line {number}: is none of Allure's; remove the file, and the trend begins anew")
