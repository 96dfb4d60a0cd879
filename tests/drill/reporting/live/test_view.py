"""A scene on a terminal of any width, without one."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from drill.experiment import Stage
from drill.reporting.live import Trace
from drill.reporting.live.scene import Clock, Scene
from drill.reporting.live.view import render
from tests.drill.reporting.live.glimpses import PLACE, SECOND_NS, crash, glimpse, load


def shown(scene: Scene | None, *, width: int = 94, colours: bool = False) -> str:
    """What stands on the terminal."""
    assert scene is not None
    out = io.StringIO()
    system = "standard" if colours else None
    Console(file=out, width=width, force_terminal=colours, color_system=system, _environ={}).print(
        render(scene, width=width)
    )
    return out.getvalue()


def after(seconds: float) -> Scene:
    """A writer's crash so many seconds after injection."""
    trace = Trace(PLACE)
    crash(trace, until_s=4.0 + seconds)
    scene = trace.scene(round((4.0 + seconds) * SECOND_NS))
    assert scene is not None
    return scene


def test_a_crash_in_the_middle() -> None:
    """Which fault, since when, how often, what is reached, how much of the objective is used up, and what fails."""
    assert shown(after(2.0)).splitlines() == [
        "╭─ writer crash (failover, 3 of 6) ──────────────────────────────────────────────────────────╮",
        "│              ████████                                                                      │",
        "│ writes/s     ████████▁▁▁▁                                                 0                │",
        "│              ████████████                                                                  │",
        "│ reads/s      ████████████                                                 4,000            │",
        "│                      ▲ injected                                                            │",
        "│ recovery     ━━                                                           2.0 s of 60 s    │",
        "│ ✓ detected 0.1 s  · promoted   · announced  · endpoint  · first write  · recovered         │",
        "│ · steady          · redundant                                                              │",
        "│ 16 of 20 clients without success                                                           │",
        "╰─────────────────────────────────────────── under the fault, after 6 s, injected 2.0 s ago ─╯",
    ]


def test_a_load_shows_its_latency() -> None:
    """Against the objective, beside what is served."""
    trace = Trace(PLACE)
    load(trace, until_s=10.0, slow_until_s=20.0)
    lines = shown(trace.scene(10 * SECOND_NS))
    assert "p95 1,109.6 ms of 10 ms" in lines
    assert "requests/s" in lines
    assert "steady again ━━━" in lines
    assert "2.0 s of 5 s" in lines
    assert "detected" not in lines


def test_before_the_fault_there_is_nothing_to_count() -> None:
    """Neither a clock nor a phase; before the first report, not even a figure."""
    trace = Trace(PLACE)
    trace.add(glimpse(0.0, Stage.STEADY))
    text = shown(trace.scene(SECOND_NS))
    assert "waiting for the first figures" in text
    assert "steady state, after 1 s" in text
    assert "injected" not in text
    assert "recovery" not in text


@pytest.mark.parametrize("width", [20, 40, 56, 80, 94, 200])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    """Nor wider than it can be read."""
    lines = shown(after(3.5), width=width).splitlines()
    assert {len(line) for line in lines} == {min(width, 94)}


@pytest.mark.parametrize(
    ("clock", "colour"),
    [
        (Clock(name="recovery", elapsed_s=5, limit_s=60), "33"),
        (Clock(name="recovery", elapsed_s=5, limit_s=60, reached=True), "32"),
        (Clock(name="recovery", elapsed_s=61, limit_s=60), "31"),
        (Clock(name="recovery", elapsed_s=61, limit_s=60, reached=True), "31"),
    ],
    ids=["running", "reached", "exceeded", "reached too late"],
)
def test_a_clock_is_green_when_it_is_reached_and_red_when_it_is_exceeded(clock: Clock, colour: str) -> None:
    """Yellow while nobody knows; too late is red, reached or not."""
    text = shown(replace(after(2.0), clocks=(clock,)), colours=True)
    assert f"\x1b[{colour}m{clock.elapsed_s:.1f} s of 60 s" in text


def test_what_fails_stands_out() -> None:
    """In red, and nothing is red where nothing fails."""
    assert "\x1b[1;31m16 of 20" in shown(after(2.0), colours=True)
    assert "nothing fails" in shown(after(3.5))


def test_no_secret_is_shown() -> None:
    """What fails is told by others, who may not have thought of it."""
    assert "hunter2" not in shown(replace(after(2.0), failing="password=hunter2", fault="password=hunter2"))


def test_more_experiments_than_were_counted_are_numbered_alone() -> None:
    """A suite of a team's own may run some that nobody foresaw."""
    assert "no. 7" in shown(replace(after(2.0), place=replace(PLACE, number=7)))
