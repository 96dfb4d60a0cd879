"""What belongs to a lab is found, stopped, continued and killed; what does not is left alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lab import processes

FOREVER = "import signal; signal.pause()"
FAMILY = f"import subprocess, sys, signal; subprocess.Popen([sys.executable, '-c', {FOREVER!r}]); signal.pause()"
DEADLINE_S = 10.0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose processes end with the test."""
    yield tmp_path
    processes.kill(tmp_path)


def start(folder: Path, script: str = FOREVER) -> subprocess.Popen[bytes]:
    """Start a script that belongs to the folder."""
    return processes.start([sys.executable, "-c", script], folder=folder, log="its.log")


def status(pid: int) -> str:
    """What the process is at."""
    return str(psutil.Process(pid).status())


def test_children_and_what_is_in_folders_inside_belong_to_it(folder: Path) -> None:
    """A marker that every process inherits says to whom it belongs."""
    parent = start(folder / "zone-a", FAMILY)
    processes.wait_until(lambda: len(processes.below(folder)) == 2, deadline_s=DEADLINE_S, what="the child")
    assert parent.pid in {each.pid for each in processes.below(folder / "zone-a")}
    assert processes.below(folder / "zone-b") == []
    processes.kill(folder)
    parent.wait(DEADLINE_S)


def test_a_name_that_begins_alike_is_another_folder(folder: Path) -> None:
    """`lab` is not `lab-2`."""
    other = start(folder / "lab-2")
    assert processes.below(folder / "lab") == []
    processes.kill(folder / "lab")
    assert other.poll() is None
    processes.kill(folder)
    other.wait(DEADLINE_S)


def test_all_stop_and_all_continue(folder: Path) -> None:
    """Children too, and freezing twice is freezing once."""
    parent = start(folder, FAMILY)
    processes.wait_until(lambda: len(processes.below(folder)) == 2, deadline_s=DEADLINE_S, what="the child")
    processes.freeze(folder)
    processes.freeze(folder)
    assert {each.status() for each in processes.below(folder)} == {psutil.STATUS_STOPPED}
    processes.thaw(folder)
    processes.wait_until(
        lambda: {each.status() for each in processes.below(folder)} == {psutil.STATUS_SLEEPING},
        deadline_s=DEADLINE_S,
        what="both to continue",
    )
    processes.kill(folder)
    parent.wait(DEADLINE_S)


def test_what_is_stopped_is_killed_too(folder: Path) -> None:
    """Nothing that a fault froze outlives its lab."""
    parent = start(folder, FAMILY)
    processes.freeze(folder)
    processes.kill(folder)
    assert processes.below(folder) == []
    assert parent.wait(DEADLINE_S) == -9


def test_killing_takes_no_exit_status_of_the_callers_children(folder: Path) -> None:
    """Whoever takes a lab down may have children of its own, and wants to know how they ended."""
    ours = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    processes.wait_until(lambda: status(ours.pid) == psutil.STATUS_ZOMBIE, deadline_s=DEADLINE_S, what="its end")
    belongs = start(folder)
    processes.kill(folder)
    assert ours.wait(DEADLINE_S) == 3
    belongs.wait(DEADLINE_S)


def test_the_caller_never_belongs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process does not end itself, although it inherited the marker."""
    monkeypatch.setenv(processes.MARKER, str(folder))
    assert os.getpid() not in {each.pid for each in processes.below(folder)}


def test_waiting_says_for_what(folder: Path) -> None:
    """And for how long."""
    with pytest.raises(TimeoutError, match=r"waited 0\.05 s for the moon"):
        processes.wait_until(folder.is_file, deadline_s=0.05, what="the moon")


def test_a_backend_is_known_by_its_working_directory(folder: Path) -> None:
    """PostgreSQL's back ends overwrite their environment, and the marker with it."""
    sleep = shutil.which("sleep")
    assert sleep is not None
    named = folder / "postgres"
    shutil.copy(sleep, named)
    (folder / "data").mkdir()
    backend = subprocess.Popen([str(named), "60"], cwd=folder / "data", env={})
    assert [each.pid for each in processes.below(folder)] == [backend.pid]
    processes.kill(folder)
    assert backend.wait(DEADLINE_S) == -9
