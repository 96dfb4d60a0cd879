"""A history is one immutable table of what the clients saw."""

import dataclasses
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from drill.history import SCHEMA, Action, Anchor, Cause, History, Outcome
from tests.drill.histories import Story, fault, managed_failover, property_test

ANCHOR = Anchor(monotonic_ns=1_000, wall_ns=5_000, error_ns=7)


def test_wall_clock() -> None:
    """An anchor tells the wall clock of any moment of the monotonic clock, before it and after it."""
    assert [ANCHOR.wall_of(moment) for moment in (0, 1_000, 1_500)] == [4_000, 5_000, 5_500]


def test_columns() -> None:
    """A history has the columns of SCHEMA, in their order, whatever it was made of."""
    history = History.of(pl.DataFrame({"invoked_ns": [3], "action": ["write"]}), anchor=ANCHOR)
    assert dict(history.operations.schema) == SCHEMA
    assert history.operations["server"].to_list() == [None]
    assert history.fault == "none"


def test_foreign_columns() -> None:
    """A column that no history has is an error that names it."""
    with pytest.raises(ValueError, match="'colour'"):
        History.of(pl.DataFrame({"invoked_ns": [3], "colour": ["red"]}), anchor=ANCHOR)


@pytest.mark.parametrize("column", ["action", "outcome", "cause"])
def test_foreign_values(column: str) -> None:
    """An action, an outcome or a cause that does not exist is an error."""
    with pytest.raises(pl.exceptions.InvalidOperationError):
        History.of(pl.DataFrame({"invoked_ns": [3], column: ["miracle"]}), anchor=ANCHOR)


@pytest.mark.parametrize(("column", "words"), [("action", Action), ("outcome", Outcome), ("cause", Cause)])
def test_words(column: str, words: type[Action | Outcome | Cause]) -> None:
    """Each action, outcome and cause can be recorded."""
    history = History.of(pl.DataFrame({column: [str(word) for word in words]}), anchor=ANCHOR)
    assert history.operations[column].to_list() == list(words)


@property_test
@given(st.lists(st.integers(0, 5)))
def test_order(moments: list[int]) -> None:
    """Operations are ordered by when they were invoked; those of one moment stay as they came."""
    rows = pl.DataFrame({"invoked_ns": moments, "value": range(len(moments))}, schema={"invoked_ns": int, "value": int})
    ordered = History.of(rows, anchor=ANCHOR).operations
    expected = sorted(zip(moments, range(len(moments)), strict=True))
    assert list(zip(ordered["invoked_ns"], ordered["value"], strict=True)) == expected


def test_frozen() -> None:
    """Nobody rewrites history."""
    history = fault().told()
    with pytest.raises(dataclasses.FrozenInstanceError):
        history.fault = "another"  # type: ignore[misc]  # that it cannot be set is what is tested


def test_only() -> None:
    """The operations of some actions are chosen, through one endpoint or with one outcome if asked for."""
    history = managed_failover().told()
    assert history.only().is_empty()
    assert set(history.only(Action.INJECT, Action.HEAL)["action"]) == {"inject", "heal"}
    writes = history.only(Action.WRITE, endpoint="writer", outcome=Outcome.FAILED)
    assert writes.height == managed_failover().count(action="write", endpoint="writer", outcome="failed") > 0
    assert writes["invoked_ns"].is_sorted()


def test_only_of_unknown_endpoint() -> None:
    """An endpoint that nobody used has no operations."""
    assert managed_failover().told().only(Action.WRITE, endpoint="nowhere").is_empty()


@pytest.mark.parametrize("story", [Story(), fault(), managed_failover()], ids=["empty", "fault", "failover"])
def test_saved_and_loaded(story: Story, tmp_path: Path) -> None:
    """What is loaded is what was saved: operations, anchor and fault."""
    history = dataclasses.replace(story.told(), anchor=ANCHOR, fault='crash of the "writer"')
    history.save(tmp_path / "history.parquet")
    loaded = History.load(tmp_path / "history.parquet")
    assert_frame_equal(loaded.operations, history.operations)
    assert (loaded.anchor, loaded.fault) == (history.anchor, history.fault)


def test_loading_something_else(tmp_path: Path) -> None:
    """A Parquet file of another kind is refused with its name."""
    pl.DataFrame({"invoked_ns": [1]}).write_parquet(tmp_path / "other.parquet")
    with pytest.raises(ValueError, match=r"other\.parquet is no saved history"):
        History.load(tmp_path / "other.parquet")
