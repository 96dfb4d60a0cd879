"""The tables beside the operations: typed the same whoever fills them."""

from __future__ import annotations

import polars as pl
import pytest

from drill.errors import Undecided
from drill.history import Anchor, History
from drill.tables import SCHEMAS, typed_table

ANCHOR = Anchor(monotonic_ns=0, wall_ns=0, error_ns=0)


@pytest.mark.parametrize("name", SCHEMAS)
def test_empty_table_has_all_columns(name: str) -> None:
    """Of nothing there are no rows, but every column in its type."""
    assert typed_table(name, []).schema == typed_table(name, pl.DataFrame()).schema == pl.Schema(SCHEMAS[name])
    assert typed_table(name, []).is_empty()


def test_missing_column_is_null() -> None:
    """What was not recorded is null, of the right type, in every row."""
    rows = typed_table("sessions", [{"pid": 1, "blocked_by": [2]}, {"pid": 2, "application": None}])
    assert rows.schema == pl.Schema(SCHEMAS["sessions"])
    assert rows["pid"].to_list() == [1, 2]
    assert rows["blocked_by"].to_list() == [[2], None]
    assert rows["application"].to_list() == [None, None]


def test_foreign_column_is_refused() -> None:
    """A column that the table does not have is a mistake of whoever fills it."""
    with pytest.raises(ValueError, match="no columns of pool: \\['colour'\\]"):
        typed_table("pool", [{"colour": "blue"}])


def test_tables_are_saved_with_their_history(tmp_path) -> None:
    """What lies beside the operations is there again when a history is loaded."""
    pool = typed_table("pool", [{"at_ns": 5, "endpoint": "writer", "size": 3}])
    history = History.of(pl.DataFrame({"action": ["read"]}), anchor=ANCHOR, tables={"pool": pool})
    history.save(tmp_path / "history.parquet")
    assert History.load(tmp_path / "history.parquet").table("pool").rows() == pool.rows()


def test_nothing_recorded_is_undecided() -> None:
    """A check that asks for a table that nobody filled learns that it cannot decide."""
    history = History.of(pl.DataFrame({"action": ["read"]}), anchor=ANCHOR)
    with pytest.raises(Undecided, match="nothing was recorded of plans"):
        history.table("plans")
