"""What Allure remembers: each run once, at its own time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drill.errors import ConfigError
from drill.reporting.allure.history import date, forget, names


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """Two runs, as Allure writes them."""
    path = tmp_path / "allure-history.jsonl"
    points = [
        {"name": "drill one", "timestamp": 100, "uuid": "1"},
        {"name": "drill two", "timestamp": 200, "uuid": "2"},
    ]
    path.write_text("".join(json.dumps(point) + "\n" for point in points))
    return path


def test_a_report_is_forgotten_by_its_name(memory: Path) -> None:
    """Only that one; what Allure says of the others stays as it is."""
    forget(memory, "drill one")
    assert json.loads(memory.read_text()) == {"name": "drill two", "timestamp": 200, "uuid": "2"}


def test_nothing_is_written_where_nothing_is_forgotten(memory: Path, tmp_path: Path) -> None:
    """Neither to a file that is there, nor one of its own."""
    before = memory.stat().st_mtime_ns
    forget(memory, "drill three")
    assert memory.stat().st_mtime_ns == before
    forget(tmp_path / "none", "drill one")
    assert not (tmp_path / "none").exists()
    assert names(tmp_path / "none") == []


def test_a_report_that_was_made_late_stands_where_its_run_was(memory: Path) -> None:
    """In order of time, whichever was made first."""
    date(memory, "drill two", 50)
    assert names(memory) == ["drill two", "drill one"]


@pytest.mark.parametrize("line", ["{", "[]", "7"])
def test_a_memory_that_cannot_be_read_is_named_with_its_line(memory: Path, line: str) -> None:
    """And what to do about it."""
    with memory.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(ConfigError, match=r"allure-history\.jsonl: line 3: .*remove the file"):
        forget(memory, "drill one")
