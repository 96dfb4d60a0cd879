"""The process of a lab's DynamoDB, as the lab's own process sees it."""

from __future__ import annotations

import subprocess

from lab import processes, programs
from lab.errors import StartFailed
from lab.layout import Layout

START_DEADLINE_S = 60.0
STOP_DEADLINE_S = 12.0


class Process:
    """Starts it, waits until it is up, and ends it."""

    def __init__(self, layout: Layout) -> None:
        """Start nothing yet."""
        self._folder = layout.folder / "dynamodb"
        self._command = programs.python("lab.dynamodb", str(layout.folder))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin; it comes up in the background."""
        self._process = processes.start(self._command, folder=self._folder, log="process.log")

    def await_ready(self) -> None:
        """Return when it answers; StartFailed says why it does not."""
        process = self._process
        assert process is not None  # noqa: S101  # `start` came before

        def settled() -> bool:
            return (self._folder / "ready").exists() or not processes.is_running(process)

        try:
            processes.wait_until(settled, deadline_s=START_DEADLINE_S, what="DynamoDB to come up")
        except TimeoutError as error:
            raise StartFailed(f"the lab's DynamoDB did not come up: {error}; {self._folder} has its logs") from error
        if not (self._folder / "ready").exists():
            raise StartFailed(f"the lab's DynamoDB did not come up: {self._last_words()}")

    def stop(self) -> None:
        """End it, and wait for that; a second time does nothing."""
        process, self._process = self._process, None
        if process is None or not processes.is_running(process):
            return
        process.terminate()
        try:
            process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _last_words(self) -> str:
        failed = self._folder / "failed"
        if failed.exists():
            return failed.read_text()
        lines = (self._folder / "process.log").read_text().strip().splitlines()
        return lines[-1] if lines else "it said nothing"
