"""One at a time on this machine; the lock goes with its holder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drill.errors import Busy
from drill.locks import held

HOLD = """
import sys
from pathlib import Path
from drill.locks import held
with held(sys.argv[2], patience_s=0, folder=Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


@contextmanager
def somebody_else(folder: Path, subject: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it is told or killed."""
    command = [sys.executable, "-c", HOLD, str(folder), subject]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    """Busy names the subject, the process and what to do, and is not waited for without patience."""
    naps: list[float] = []
    with (
        somebody_else(tmp_path, "target orders") as other,
        pytest.raises(Busy, match=rf"holds target orders \(process {other.pid}\); wait for it, or end it"),
        held("target orders", patience_s=0, folder=tmp_path, sleep=naps.append),
    ):
        pytest.fail("two hold it")
    assert naps == []


def test_a_holder_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    """The operating system gives it back, whatever ended the process."""
    with somebody_else(tmp_path, "target orders") as other:
        other.kill()
        other.wait(10)
        with held("target orders", patience_s=0, folder=tmp_path):
            pass


def test_patience_waits_for_the_holder(tmp_path: Path) -> None:
    """As soon as the other lets go, it is ours."""
    with somebody_else(tmp_path, "measuring") as other:

        def let_go(_: float) -> None:
            other.kill()
            other.wait(10)

        with held("measuring", patience_s=60, folder=tmp_path, sleep=let_go):
            pass


def test_it_is_given_back_however_the_block_is_left(tmp_path: Path) -> None:
    """And names its next holder, not the one before."""
    with pytest.raises(KeyboardInterrupt), held("target orders", patience_s=0, folder=tmp_path):
        raise KeyboardInterrupt
    with (
        held("target orders", patience_s=0, folder=tmp_path),
        pytest.raises(Busy, match=rf"process {os.getpid()}\)"),
        held("target orders", patience_s=0, folder=tmp_path),
    ):
        pytest.fail("two hold it")


def test_other_subjects_are_other_locks(tmp_path: Path) -> None:
    """Two targets may be broken at once."""
    with held("target one", patience_s=0, folder=tmp_path), held("target two", patience_s=0, folder=tmp_path):
        pass
