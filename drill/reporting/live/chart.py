"""Figures as a small chart of block characters, eight levels a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

BLOCKS = " ▁▂▃▄▅▆▇█"
LEVELS = len(BLOCKS) - 1
MARK = "▲"


def chart(columns: Sequence[float | None], *, width: int, height: int = 2) -> list[str]:
    """Draw the last `width` columns from top to bottom, the highest of all at full height.

    Nothing is shown where nothing is known; nought is a line at the bottom, so that an outage is told from silence.
    """
    shown = columns[-width:]
    top = max((each for each in columns if each is not None), default=0.0)
    levels = [_level(each, top, height * LEVELS) for each in shown]
    rows = (row * LEVELS for row in reversed(range(height)))
    return ["".join(BLOCKS[min(LEVELS, max(0, level - below))] for level in levels) for below in rows]


def marked(marks: Mapping[int, str], columns: int, *, width: int) -> str:
    """The line under the chart: a mark in each column in which something happened, and its word where there is room."""
    shift = max(0, columns - width)
    line = ""
    for column, word in sorted(marks.items()):
        at = column - shift
        if at < len(line):
            continue
        line = line.ljust(at) + MARK
        if len(line) + 1 + len(word) <= width:
            line += f" {word} "
    return line.rstrip()[:width]


def _level(value: float | None, top: float, levels: int) -> int:
    if value is None:
        return 0
    return max(1, round(levels * value / top)) if top > 0 else 1
