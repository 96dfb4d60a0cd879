"""The parent's side: start a child, ask how it is, stop it, take what it recorded."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

import drill
from drill.errors import LimitReached, ProbeError

READY_S = 30.0
STOP_S = 30.0
STDERR = "stderr"
ROOT = Path(drill.__file__).parents[1]


class Child:
    """A child at work. Made by `running`; good for one piece of work. `name` is how errors call it."""

    def __init__(self, process: subprocess.Popen[bytes], directory: Path, name: str) -> None:
        """Listen to the child; `directory` holds what it leaves."""
        self._process = process
        self._directory = directory
        self._name = name
        self._heard = threading.Condition()
        self._progress: Mapping[str, Any] = {}
        self._ready = self._silent = False
        self._crash: str | None = None
        self._limit: str | None = None
        self._listener = threading.Thread(target=self._listen, name=name, daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def progress(self) -> Mapping[str, Any]:
        """The latest report; raises ProbeError or LimitReached once the child has ended so."""
        self._check()
        return self._progress

    def stop(self, *, patience_s: float = STOP_S) -> dict[str, pl.DataFrame]:
        """End the work; the tables that the child left, by name.

        Raises ProbeError where the child did not do its work, LimitReached where it ran into a limit.
        """
        self.tell(b"stop\n")
        return self.result(patience_s=patience_s)

    def result(self, *, patience_s: float) -> dict[str, pl.DataFrame]:
        """Wait until the child has ended by itself, and do as `stop` does."""
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired as error:
            raise ProbeError(f"{self._name} did not stop within {patience_s:g} s of being asked to") from error
        self._listener.join()
        self._check()
        return {path.stem: pl.read_ipc(path.read_bytes()) for path in sorted(self._directory.glob("*.arrow"))}

    def tell(self, line: bytes) -> None:
        """Write to the child's stdin; where it is gone, `progress` and `stop` say so better than we could here."""
        assert self._process.stdin is not None  # noqa: S101 - we asked for a pipe
        with contextlib.suppress(OSError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def await_ready(self, deadline_s: float) -> None:
        """Wait until the work has begun; raises ProbeError."""
        with self._heard:
            self._heard.wait_for(lambda: self._ready or self._silent, deadline_s)
        self._check()
        if not self._ready:
            raise ProbeError(f"{self._name} were not ready within {deadline_s:g} s of being started")

    def end(self) -> None:
        """Make sure that the child is gone, asked or not."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # What could not be flushed into a pipe without a reader is of no use to anybody.
                with contextlib.suppress(OSError):
                    pipe.close()

    def _listen(self) -> None:
        """Take in every line the child says, until it says no more."""
        assert self._process.stdout is not None  # noqa: S101 - we asked for a pipe
        finished = False
        for said in self._process.stdout:
            words: dict[str, Any] = json.loads(said)
            with self._heard:
                self._progress = words.get("progress", self._progress)
                finished |= "done" in words or "limit" in words
                self._ready |= "ready" in words
                self._limit = words.get("limit", self._limit)
                self._crash = words.get("crash", self._crash)
                self._heard.notify_all()
        with self._heard:
            if not finished and self._crash is None:
                self._crash = f"the process ended without a word{self._last_words()}"
            self._silent = True
            self._heard.notify_all()

    def _last_words(self) -> str:
        """The end of what the child wrote to stderr, such as a traceback."""
        written = (self._directory / STDERR).read_text(errors="replace").strip()
        return f"; at the end of its stderr: {written[-2000:]}" if written else ""

    def _check(self) -> None:
        if self._crash is not None:
            raise ProbeError(f"{self._name} failed: {self._crash}")
        if self._limit is not None:
            raise LimitReached(f"{self._limit}; what was seen until then is no whole experiment")


@contextmanager
def running(module: str, plan: bytes, *, name: str, ready_s: float = READY_S) -> Iterator[Child]:
    """Start `python -m MODULE DIRECTORY` and tell it its plan; its work has begun when the block does.

    Leaving the block ends the process, however it is left. A Ctrl-C at the terminal does not reach it: it has
    a session of its own, so that the parent can still stop it and keep what it saw.
    """
    with tempfile.TemporaryDirectory(prefix="drill-", ignore_cleanup_errors=True) as folder:
        directory = Path(folder)
        with (directory / STDERR).open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", module, folder],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
                env=_environment(),
            )
        child = Child(process, directory, name)
        try:
            child.tell(plan + b"\n")
            child.await_ready(ready_s)
            yield child
        finally:
            child.end()


def _environment() -> dict[str, str]:
    """Ours, with drill to be found wherever we found it, and messages in the language that we know.

    libuv resolves names in 4 threads by default: one resolver that hangs would stop all clients.
    """
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "UV_THREADPOOL_SIZE": "64", "LC_ALL": "C.UTF-8"}
