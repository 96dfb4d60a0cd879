"""Figures as block characters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drill.reporting.live.chart import BLOCKS, chart, marked

FIGURES = st.lists(st.none() | st.floats(0, 1e9, allow_nan=False), max_size=50)


def test_the_highest_fills_its_column_and_the_others_their_share() -> None:
    """Two rows have sixteen levels."""
    assert chart([0, 25, 50, 75, 100], width=9) == ["   ▄█", "▁▄███"]


def test_nought_is_told_from_what_nobody_knows() -> None:
    """An outage is a line at the bottom, silence is nothing at all."""
    assert chart([8, 0, None, 8], width=9, height=1) == ["█▁ █"]


def test_only_noughts_are_a_line() -> None:
    """Nothing has been acknowledged yet: no full bars of nothing."""
    assert chart([0, 0], width=9) == ["  ", "▁▁"]


def test_the_newest_columns_are_shown_where_not_all_fit() -> None:
    """And the scale stays that of all, so that it does not jump when the highest moves out."""
    assert chart([16, 8, 8], width=2) == ["  ", "██"]


@given(FIGURES, st.integers(1, 60), st.integers(1, 4))
def test_rows_are_as_many_and_as_wide_as_asked(figures: list[float | None], width: int, height: int) -> None:
    """Whatever the figures, and in blocks alone."""
    rows = chart(figures, width=width, height=height)
    assert len(rows) == height
    assert {len(row) for row in rows} == {min(width, len(figures))}
    assert set("".join(rows)) <= set(BLOCKS)


@given(FIGURES)
def test_more_is_never_drawn_lower(figures: list[float | None]) -> None:
    """The order of the figures is that of their columns."""
    above, below = chart(figures, width=99)
    drawn = [BLOCKS.index(low) + BLOCKS.index(high) for low, high in zip(below, above, strict=True)]
    known = sorted((figure, level) for figure, level in zip(figures, drawn, strict=True) if figure is not None)
    assert [level for _, level in known] == sorted(level for _, level in known)


def test_marks_stand_under_their_columns() -> None:
    """With their word, where there is room for it."""
    assert marked({2: "injected", 20: "healing"}, 30, width=30) == "  ▲ injected        ▲ healing"
    assert marked({2: "injected"}, 5, width=5) == "  ▲"


def test_a_mark_moves_with_the_chart_and_out_of_it() -> None:
    """What the chart does not show any more has no mark; one that would cover another's word has none either."""
    assert marked({2: "injected", 14: "healing"}, 20, width=10) == "    ▲"
    assert marked({2: "injected", 4: "healing"}, 30, width=30) == "  ▲ injected"
