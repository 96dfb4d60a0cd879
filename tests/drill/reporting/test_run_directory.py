"""Where a run leaves its evidence, and that no run touches another's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.errors import ConfigError
from drill.reporting import run_directory

NOON = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)


def test_a_run_is_named_after_its_moment_in_utc_and_its_target(tmp_path: Path) -> None:
    """Whatever the time zone, reports/runs/<UTC time>-<target>."""
    moment = NOON.astimezone(timezone(timedelta(hours=5)))
    assert run_directory.create(tmp_path, "lab", moment) == tmp_path / "runs" / "20261122T143000Z-lab"


def test_two_runs_in_one_second_have_a_folder_each(tmp_path: Path) -> None:
    """A collision gets a number; the link leads to the later."""
    folders = [run_directory.create(tmp_path, "lab", NOON) for _ in range(3)]
    assert [each.name for each in folders] == [f"20261122T143000Z-lab{suffix}" for suffix in ("", "-2", "-3")]
    assert (tmp_path / "latest").readlink() == Path("runs/20261122T143000Z-lab-3")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["latest", "runs"]


def test_the_link_survives_the_move_of_all_reports(tmp_path: Path) -> None:
    """It is relative."""
    run_directory.create(tmp_path / "here", "lab", NOON)
    (tmp_path / "here").rename(tmp_path / "there")
    assert (tmp_path / "there" / "latest").resolve().name == "20261122T143000Z-lab"


def test_what_is_no_link_is_not_replaced(tmp_path: Path) -> None:
    """A folder called latest is somebody's; we ask to move it, and make nothing."""
    (tmp_path / "latest").mkdir()
    with pytest.raises(ConfigError, match="move it away"):
        run_directory.create(tmp_path, "lab", NOON)
    assert not (tmp_path / "runs").exists()


def test_each_fault_and_each_repetition_has_a_folder(tmp_path: Path) -> None:
    """<scenario>/<fault>, and a number when it is done again."""
    made = [
        run_directory.experiment_directory(tmp_path, "failover", fault) for fault in ("crash(a)", "crash(a)", "cut")
    ]
    assert [each.relative_to(tmp_path).as_posix() for each in made] == [
        "failover/crash-a",
        "failover/crash-a-2",
        "failover/cut",
    ]


@given(st.text())
def test_any_text_is_a_safe_name(text: str) -> None:
    """Never empty, never hidden, never another folder; and a slug of a slug is itself."""
    name = run_directory.slug(text)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", name)
    assert run_directory.slug(name) == name
