"""A run as a process of its own, which heals however it is told to end."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from drill.config.durations import format_duration

HEALS_WITHIN_S = 600.0
"""After being told to end: healing, waiting for nobody, dropping what was made, writing the report."""


@dataclass(slots=True, kw_only=True)
class Child:
    """Runs one command and passes on SIGINT and SIGTERM, as one SIGTERM; `say` tells a person what goes on.

    The command gets a session of its own: Ctrl-C at a terminal reaches everybody in the foreground, and a second one
    would interrupt the healing that the first one began.
    """

    say: Callable[[str], None]
    heals_within_s: float = HEALS_WITHIN_S
    _told_to_end: bool = field(default=False, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take signals for the length of a block; one that comes before a command is run prevents it."""
        before = {each: signal.signal(each, self._end) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def is_told_to_end(self) -> bool:
        """Whether somebody, or the time, has ended it."""
        return self._told_to_end

    def run(self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], longest_s: float) -> int:
        """Run it to its end, or tell it to end after `longest_s`; its exit code, negative where a signal ended it."""
        self._process = subprocess.Popen(command, cwd=cwd, env=dict(environment), start_new_session=True)
        try:
            if self._told_to_end:  # between the last look and now
                self._process.terminate()
            return self._process.wait(longest_s)
        except subprocess.TimeoutExpired:
            if not self._told_to_end:  # a second time would interrupt the healing that the first one began
                self._told_to_end = True
                self.say(f"the run has lasted for {format_duration(longest_s)}, and is ended; it heals first")
                self._process.terminate()
            return self._killed_unless_it_ends()
        finally:
            self._process = None

    def _killed_unless_it_ends(self) -> int:
        assert self._process is not None  # noqa: S101 - it was started a moment ago
        try:
            return self._process.wait(self.heals_within_s)
        except subprocess.TimeoutExpired:
            self.say(f"it has not ended within {format_duration(self.heals_within_s)}, and is killed")
            self._process.kill()
            return self._process.wait()

    def _end(self, number: int, _: FrameType | None) -> None:
        name = signal.Signals(number).name
        if self._told_to_end:
            self.say(f"{name}: it is ending already, and heals first")
            return
        self._told_to_end = True
        self.say(f"{name}: the game day is ended; it heals first")
        if self._process is not None:
            self._process.terminate()
