"""A series as a line of characters."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.reporting.trends.sparkline import ASCII_BARS, ASCII_NEVER, BARS, GAP, NEVER, sparkline


def test_the_lowest_lies_at_the_bottom_and_the_highest_at_the_top() -> None:
    """And what lies between, between."""
    assert sparkline([1.0, 2.0, 3.0]) == BARS[0] + BARS[4] + BARS[-1]
    assert sparkline([1.0, 2.0, 3.0], ascii_only=True) == ASCII_BARS[0] + ASCII_BARS[3] + ASCII_BARS[-1]


def test_never_and_not_measured_are_seen() -> None:
    """Neither stretches the others, nor passes for one of them."""
    assert sparkline([1.0, math.inf, None, 3.0]) == BARS[0] + NEVER + GAP + BARS[-1]
    assert sparkline([math.inf], ascii_only=True) == ASCII_NEVER
    assert sparkline([None, None]) == GAP * 2
    assert sparkline([]) == ""


def test_what_is_all_the_same_is_flat() -> None:
    """At the bottom: nothing stands out."""
    assert sparkline([7.0] * 4) == BARS[0] * 4


def test_the_last_are_shown() -> None:
    """Where there is no room for all."""
    assert sparkline([9.0, 1.0, 2.0], width=2) == BARS[0] + BARS[-1]


@pytest.mark.parametrize("ascii_only", [False, True])
@given(values=st.lists(st.none() | st.floats(min_value=-1e9, max_value=1e9) | st.just(math.inf), max_size=40))
def test_a_character_for_each(values: list[float | None], ascii_only: bool) -> None:  # noqa: FBT001 - a parameter
    """Whatever they are; and ASCII where that is asked for."""
    drawn = sparkline(values, ascii_only=ascii_only)
    assert len(drawn) == min(len(values), 24)
    assert drawn.isascii() or not ascii_only
