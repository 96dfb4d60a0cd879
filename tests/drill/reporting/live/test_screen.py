"""The terminal that the view is on: it shows, lets others speak, and harms nobody."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable

import pytest

from drill.reporting.live import Screen, screen
from tests.drill.reporting.live.glimpses import PLACE, glimpse

ENVIRONMENT = {"TERM": "xterm"}
PATIENCE_S = 10.0


class Terminal(io.StringIO):
    """Takes everything, until it breaks or blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: Exception | None = None
        self.free = threading.Event()
        self.free.set()

    def write(self, text: str) -> int:
        """Take it in."""
        self.free.wait(PATIENCE_S)
        if self.broken:
            raise self.broken
        return super().write(text)


def until(condition: Callable[[], object]) -> None:
    """Wait for it."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "it never came"
        time.sleep(0.005)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redrawn a hundred times a second, and let go of soon."""
    monkeypatch.setattr(screen, "REFRESH_S", 0.01)
    monkeypatch.setattr(screen, "LET_GO_S", 0.2)


@pytest.fixture
def terminal() -> Terminal:
    """One of 80 columns."""
    return Terminal()


@pytest.fixture
def shows(terminal: Terminal) -> Screen:
    """A screen on it, an experiment under way."""
    made = Screen(terminal, lambda: (80, 24), now_ns=lambda: 5_000_000_000, environment=ENVIRONMENT)
    made.begin(PLACE)
    return made


def test_what_is_watched_is_shown_until_it_is_over(shows: Screen, terminal: Terminal) -> None:
    """Then it is wiped away, and the cursor is back."""
    assert shows.is_up
    shows.watch(glimpse(4.5, rates_per_s={"writes": 1234.0}))
    until(lambda: "1,234" in terminal.getvalue())
    shows.end()
    assert terminal.getvalue().endswith(("\x1b[2K", "\x1b[?25h"))
    assert "\x1b[?25h" in terminal.getvalue()
    assert not shows.is_up
    assert shows.wrong is None


def test_lines_are_said_above_it(shows: Screen, terminal: Terminal) -> None:
    """As they are, however they look to rich; where nothing is shown, somebody else says them."""
    shows.watch(glimpse(4.5))
    assert shows.above("  writer crash: [bold]injecting[/bold]")
    shows.end()
    assert "  writer crash: [bold]injecting[/bold]\n" in terminal.getvalue()
    assert not shows.above("and now")


def test_one_experiment_after_the_other(shows: Screen, terminal: Terminal) -> None:
    """Nothing of the first is shown in the second."""
    shows.watch(glimpse(4.5, failing="all of it"))
    until(lambda: "all of it" in terminal.getvalue())
    shows.begin(PLACE)
    terminal.truncate(0)
    shows.watch(glimpse(4.5, rates_per_s={"reads": 7.0}))
    until(lambda: "reads/s" in terminal.getvalue())
    shows.end()
    assert "all of it" not in terminal.getvalue()


@pytest.mark.parametrize("error", [OSError("the terminal is gone"), ValueError("closed file")], ids=repr)
def test_a_terminal_that_breaks_switches_the_view_off(shows: Screen, terminal: Terminal, error: Exception) -> None:
    """The error is kept for who wants to tell it; nothing is raised, now or in the next experiment."""
    shows.watch(glimpse(4.5))
    until(terminal.getvalue)
    terminal.broken = error
    until(lambda: shows.wrong)
    shows.watch(glimpse(4.6))
    shows.begin(PLACE)
    shows.end()
    assert shows.wrong is error
    assert not shows.is_up
    assert not shows.above("a line")


def test_a_line_that_cannot_be_said_above_is_said_otherwise(shows: Screen, terminal: Terminal) -> None:
    """No line is lost with the view."""
    terminal.broken = OSError("the terminal is gone")
    assert not shows.above("a line")
    shows.end()


def test_a_glimpse_that_cannot_be_shown_switches_the_view_off(shows: Screen) -> None:
    """A mistake of ours in the view is no end of an experiment."""
    shows.watch(object())  # type: ignore[arg-type]
    assert isinstance(shows.wrong, AttributeError)
    shows.end()


def test_a_scene_that_cannot_be_drawn_switches_the_view_off(shows: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does its thread die with a traceback, which pytest would take for a failure."""

    def render(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(screen, "render", render)
    shows.watch(glimpse(4.5))
    until(lambda: shows.wrong)
    assert isinstance(shows.wrong, ZeroDivisionError)
    shows.end()


def test_a_terminal_that_takes_nothing_keeps_nobody_waiting(shows: Screen, terminal: Terminal) -> None:
    """Ctrl-S at the terminal: glimpses are taken in all the same, and the experiment ends."""
    shows.watch(glimpse(4.5))
    until(terminal.getvalue)
    terminal.free.clear()
    began_s = time.monotonic()
    for number in range(1000):
        shows.watch(glimpse(4.5 + number / 1000))
    assert time.monotonic() - began_s < PATIENCE_S / 2
    shows.end()
    assert isinstance(shows.wrong, TimeoutError)
    terminal.free.set()
