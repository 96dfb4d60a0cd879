"""Processes of a lab: start them, find all that belong to it, stop, continue and kill them.

What belongs to a lab is told by what every process inherits: the marker in its environment. PostgreSQL's
back ends overwrite theirs, and are known by their name and their working directory, the data directory.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil

MARKER = "LAB_FOLDER"
"""Names the folder below which a process belongs: a lab's, or that of one of its zones."""


def start(command: list[str], *, folder: Path, log: str, stdin: int | None = None) -> subprocess.Popen[bytes]:
    """Start a process that belongs to `folder`, in a session of its own, and append what it says to a log there."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / log).open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def environment(folder: Path) -> Mapping[str, str]:
    """This process's environment, marked, without what would lead PostgreSQL's clients elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "PATRONI_"))}
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [kept.get("PYTHONPATH")])]
    return kept | {MARKER: str(folder), "PYTHONPATH": os.pathsep.join(paths), "LC_ALL": "C", "PYTHONUNBUFFERED": "1"}


def below(folder: Path) -> list[psutil.Process]:
    """Every living process that belongs to the folder or to one inside it; never this process."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _belongs(process, folder)]


def _belongs(process: psutil.Process, folder: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if process.name() == "postgres":
            return _inside(process.cwd(), folder)
        return _inside(process.environ().get(MARKER, ""), folder)
    except (psutil.Error, OSError):
        return False


def _inside(path: str, folder: Path) -> bool:
    return bool(path) and Path(path).is_relative_to(folder)


def freeze(folder: Path) -> None:
    """SIGSTOP everything below the folder, until a look finds nothing that still runs."""
    while running := [each for each in below(folder) if _status(each) != psutil.STATUS_STOPPED]:
        signal_all(running, signal.SIGSTOP)


def thaw(folder: Path) -> None:
    """SIGCONT everything below the folder."""
    signal_all(below(folder), signal.SIGCONT)


def kill(folder: Path, *, deadline_s: float = 10.0) -> None:
    """SIGKILL everything below the folder, and wait until nothing of it is left."""
    ends_at = time.monotonic() + deadline_s
    while left := below(folder):
        # Frozen first, so that none of them sees the others die and acts on it.
        signal_all(left, signal.SIGSTOP)
        signal_all(left, signal.SIGKILL)
        if time.monotonic() > ends_at:
            raise TimeoutError(f"still alive after SIGKILL: {[(each.pid, each.name()) for each in left]}")


def signal_all(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    """Send a signal to each; one that is gone by now needs none."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _status(process: psutil.Process) -> str:
    try:
        return process.status()
    except psutil.NoSuchProcess:
        return psutil.STATUS_STOPPED


def adopt_orphans() -> None:
    """Become the parent of every orphan below us, so that we can reap it.

    A postmaster's parent leaves it at once, and a zombie nobody reaps keeps its postmaster.pid alive.
    """
    if sys.platform == "linux":
        set_child_subreaper = 36  # linux/prctl.h
        ctypes.CDLL(None, use_errno=True).prctl(set_child_subreaper, 1, 0, 0, 0)


def reap() -> None:
    """Take every child that has ended; whoever holds its Popen learns of it by `is_running`.

    Only for the process that is a lab: in another it would take the exit status of children that are not ours.
    """
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def is_running(process: subprocess.Popen[bytes]) -> bool:
    """Whether a child of ours still runs, also when `reap` has taken it."""
    return psutil.pid_exists(process.pid) and process.poll() is None


def wait_until(condition: Callable[[], bool], *, deadline_s: float, what: str, pause_s: float = 0.02) -> None:
    """Look at a condition until it holds; TimeoutError naming `what` when the deadline passes."""
    ends_at = time.monotonic() + deadline_s
    pause = threading.Event()
    while not condition():
        if time.monotonic() > ends_at:
            raise TimeoutError(f"waited {deadline_s:g} s for {what}")
        pause.wait(pause_s)


def in_background(work: Callable[[], object]) -> None:
    """Do it in a thread of its own; what it raises is logged."""

    def logged() -> None:
        try:
            work()
        except Exception:
            logging.getLogger("lab").exception("what was begun in the background failed")

    threading.Thread(target=logged, daemon=True).start()
