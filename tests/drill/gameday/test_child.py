"""A run as a process of its own: it is told to end once, and has the time to heal."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drill.gameday.child import Child

HEALS = """
import pathlib, signal, sys, time
told = pathlib.Path("told")
def end(*_):
    told.write_text(told.read_text() + "x")
    time.sleep(0.2)
    raise SystemExit(2)
for each in (signal.SIGINT, signal.SIGTERM):
    signal.signal(each, end)
told.write_text("")
time.sleep(30)
"""
"""Takes a moment to heal, and counts how often it was told to."""
SLOW = "trap 'echo x >> told; sleep 1.5; exit 2' TERM; : > told; while :; do sleep 0.02; done"
STUBBORN = "trap '' TERM; : > told; while :; do sleep 0.02; done"
"""For a shell, which is there in a moment."""


@pytest.fixture
def child(say: Callable[[str], None]) -> Child:
    """One that speaks to the test."""
    return Child(say=say, heals_within_s=0.3)


def run(child: Child, program: str, tmp_path: Path, *, longest_s: float = 20.0, by: str = sys.executable) -> int:
    """Run a program of Python's, or of a shell's."""
    words = [by, "-c", program]
    return child.run(words, cwd=tmp_path, environment=dict(os.environ), longest_s=longest_s)


def once_there(path: Path, act: Callable[[], None]) -> threading.Thread:
    """Act when the file is there."""

    def wait() -> None:
        ends_s = time.monotonic() + 15
        while not path.exists() and time.monotonic() < ends_s:
            time.sleep(0.005)
        act()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("code", [0, 1, 5])
def test_its_exit_code_is_told(child: Child, tmp_path: Path, code: int) -> None:
    """As it is."""
    assert run(child, f"raise SystemExit({code})", tmp_path) == code
    assert not child.is_told_to_end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_is_ended_ends_the_run_once(child: Child, tmp_path: Path, said: list[str], number: signal.Signals) -> None:
    """A second signal, as of somebody impatient, does not reach what heals."""

    def twice() -> None:
        os.kill(os.getpid(), number)
        time.sleep(0.05)
        os.kill(os.getpid(), number)

    with child.listening():
        once_there(tmp_path / "told", twice)
        assert run(child, HEALS, tmp_path) == 2
    assert (tmp_path / "told").read_text() == "x"
    assert child.is_told_to_end()
    assert said == [
        f"{number.name}: the game day is ended; it heals first",
        f"{number.name}: it is ending already, and heals first",
    ]


def test_who_is_ended_before_is_known(child: Child) -> None:
    """Before there is anything to end; afterwards signals mean what they meant."""
    before = signal.getsignal(signal.SIGTERM)
    with child.listening():
        os.kill(os.getpid(), signal.SIGTERM)
        assert child.is_told_to_end()
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_lasts_too_long_is_ended(tmp_path: Path, say: Callable[[str], None], said: list[str]) -> None:
    """By one SIGTERM, with time to heal."""
    assert run(Child(say=say), HEALS.replace("30", "20"), tmp_path, longest_s=0.5) in {2, -signal.SIGTERM}
    assert said == ["the run has lasted for 500ms, and is ended; it heals first"]


def test_what_heals_when_its_time_is_over_is_not_told_again(
    tmp_path: Path, say: Callable[[str], None], said: list[str]
) -> None:
    """It was told to end before, and has all the time that healing may take."""
    child = Child(say=say)
    with child.listening():
        once_there(tmp_path / "told", lambda: os.kill(os.getpid(), signal.SIGTERM))
        assert run(child, SLOW, tmp_path, longest_s=1.0, by="/bin/sh") == 2
    assert (tmp_path / "told").read_text() == "x\n"
    assert said == ["SIGTERM: the game day is ended; it heals first"]


def test_what_does_not_end_is_killed(child: Child, tmp_path: Path, said: list[str]) -> None:
    """After the time that healing may take; what it left is for `drill heal`."""
    assert run(child, STUBBORN, tmp_path, longest_s=1.0, by="/bin/sh") == -signal.SIGKILL
    assert said[-1] == "it has not ended within 300ms, and is killed"
