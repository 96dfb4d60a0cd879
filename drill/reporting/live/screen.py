"""The terminal that a view is on: redrawn four times a second, in a thread of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import TextIO

from rich.console import Console, ConsoleDimensions
from rich.live import Live
from rich.text import Text

from drill.reporting.live.scene import Place, Seen
from drill.reporting.live.trace import Trace
from drill.reporting.live.view import render

REFRESH_S = 0.25
LET_GO_S = 2.0
"""A terminal that takes nothing any more (Ctrl-S) keeps nobody waiting for longer."""

Size = Callable[[], tuple[int, int]]
"""Columns and lines, as they are now."""


class Screen:
    """Shows one experiment after another; whatever goes wrong is kept in `wrong`, and nothing more is shown.

    `begin`, `watch`, `above` and `end` belong to one thread. None of them raises, and none but `above` waits for the
    terminal, or `end` for long.
    """

    def __init__(
        self,
        file: TextIO,
        size: Size,
        *,
        colours: bool = True,
        now_ns: Callable[[], int] = time.monotonic_ns,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Show on this file, which must be a terminal that knows more than ASCII."""
        self.wrong: Exception | None = None
        self._size, self._now_ns = size, now_ns
        self._console = Console(
            file=file, force_terminal=True, no_color=not colours, highlight=False, _environ=environment
        )
        self._trace: Trace | None = None
        self._over = Event()
        self._thread: Thread | None = None

    @property
    def is_up(self) -> bool:
        """Whether something is shown."""
        return self._thread is not None and self.wrong is None

    def begin(self, place: Place) -> None:
        """Show an experiment from now on."""
        self.end()
        if self.wrong is None:
            self._trace, self._over = Trace(place), Event()
            self._thread = Thread(target=self._draw, args=(self._trace, self._over), name="live view", daemon=True)
            self._thread.start()

    def watch(self, seen: Seen) -> None:
        """Take in how it goes; it is shown when the terminal is drawn next."""
        if self._trace is None or self.wrong is not None:
            return
        try:
            self._trace.add(seen)
        except Exception as error:  # noqa: BLE001 - whatever a view trips over, the experiment goes on
            self._fail(error)

    def above(self, line: str) -> bool:
        """Print a line above the view; False where there is none, and the caller says it as usual."""
        if not self.is_up:
            return False
        try:
            self._console.print(Text(line), soft_wrap=True)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error)
        return self.wrong is None

    def end(self) -> None:
        """Wipe the view away."""
        thread, self._thread, self._trace = self._thread, None, None
        self._over.set()
        if thread is not None:
            thread.join(LET_GO_S)
            if thread.is_alive():
                self._fail(TimeoutError("the terminal takes nothing any more"))

    def _draw(self, trace: Trace, over: Event) -> None:
        try:
            with Live(
                console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
            ) as live:
                while not over.wait(REFRESH_S):
                    columns, lines = self._size()
                    self._console.size = ConsoleDimensions(columns, lines)
                    scene = trace.scene(self._now_ns())
                    if scene is not None:
                        live.update(render(scene, width=columns), refresh=True)
        except Exception as error:  # noqa: BLE001 - an error in a thread would end the run
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.wrong = self.wrong or error
        self._over.set()
