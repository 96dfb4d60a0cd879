"""A server's log is cut into messages where moments stand, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.targets.log_lines import messages

AURORA = """\
2026-11-22 14:30:00 UTC:10.0.0.7(53412):app@orders:[21]:ERROR:  canceling statement due to statement timeout
2026-11-22 14:30:00 UTC:10.0.0.7(53412):app@orders:[21]:STATEMENT:  SELECT o.id,
\t       o.total
\tFROM orders o

2026-11-22 14:30:01 UTC::@:[7]:LOG:  checkpoint starting: time
"""
PLAIN = """\
2026-11-22 14:30:00.123 UTC [21] shop FATAL:  terminating connection due to administrator command
2026-11-22 14:30:00.123 UTC [21] shop DETAIL:  a
"""


def test_a_statement_of_many_lines_stays_in_one_piece() -> None:
    """Its lines have no moment of their own."""
    first, statement, last = messages(AURORA)
    assert first.at == statement.at == datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
    assert [line.strip() for line in statement.lines[1:]] == ["o.total", "FROM orders o"]
    assert last.lines == ("2026-11-22 14:30:01 UTC::@:[7]:LOG:  checkpoint starting: time",)


def test_moments_have_milliseconds_where_the_server_writes_them() -> None:
    """By %m rather than %t."""
    assert [each.at.microsecond for each in messages(PLAIN)] == [123_000, 123_000]


@pytest.mark.parametrize(
    ("head", "at"),
    [
        ("2026-11-22 14:30:00 UTC:", datetime(2026, 11, 22, 14, 30, tzinfo=UTC)),
        ("2026-11-22 14:30:00 GMT [1]", datetime(2026, 11, 22, 14, 30, tzinfo=UTC)),
        ("2026-11-22 14:30:00 +02 [1]", datetime(2026, 11, 22, 12, 30, tzinfo=UTC)),
        ("2026-11-22 14:30:00.5 -03:30:", datetime(2026, 11, 22, 18, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_zones_that_can_be_told(head: str, at: datetime) -> None:
    """UTC by name, others by their distance from it."""
    (found,) = messages(f"{head} LOG:  x")
    assert found.at == at


@pytest.mark.parametrize(
    "line", ["2026-11-22 14:30:00 CET [1] LOG:  x", "2026-13-22 14:30:00 UTC:x", "2026-11-22", "LOG:  x", "\tFROM x"]
)
def test_a_line_without_a_moment_that_can_be_told_begins_no_message(line: str) -> None:
    """An abbreviation may mean several zones; what stands before the first moment is of a message that is not there."""
    assert messages(line) == []
    (found,) = messages(f"2026-11-22 14:30:00 UTC:x\n{line}")
    assert found.lines[1:] == (line,)


@given(st.lists(st.text(st.characters(exclude_characters="\n"))))
def test_no_line_is_lost_but_those_before_the_first_moment(lines: list[str]) -> None:
    """Whatever a statement holds; blank ones aside."""
    text = "\n".join(("2026-11-22 14:30:00 UTC:begin", *lines))
    kept = [line for each in messages(text) for line in each.lines]
    assert kept == [line for line in text.split("\n") if line.strip()]
