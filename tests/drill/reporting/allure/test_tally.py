"""A history in one small table."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from drill.history import Action, Anchor, Cause, History, Outcome
from drill.reporting.allure.tally import tally
from drill.tables import typed_table
from tests.drill.reporting import synthetic

ANCHOR = Anchor(monotonic_ns=0, wall_ns=0, error_ns=0)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "action": st.sampled_from([Action.WRITE, Action.READ, Action.STALL]).map(str),
            "endpoint": st.sampled_from(["writer", "reader", None]),
            "outcome": st.sampled_from(list(Outcome)).map(str),
            "cause": st.sampled_from([None, *map(str, Cause)]),
            "invoked_ns": st.integers(0, 10**12),
        }
    ),
    max_size=30,
)


def history(rows: list[dict[str, object]]) -> History:
    """Operations that take no time."""
    schema = {"action": str, "endpoint": str, "outcome": str, "cause": str, "invoked_ns": int}
    frame = pl.DataFrame(rows, schema=schema)
    return History.of(frame.with_columns(completed_ns=pl.col("invoked_ns")), anchor=ANCHOR)


@given(ROWS)
def test_every_operation_is_counted_once(rows: list[dict[str, object]]) -> None:
    """By what it was, where it went, how it ended and why; nothing is left out for having no cause."""
    counted = tally(history(rows))
    oracle: dict[tuple[object, ...], int] = {}
    for row in rows:
        key = tuple(row[name] or "" for name in ("action", "endpoint", "outcome", "cause"))
        oracle[key] = oracle.get(key, 0) + 1
    assert {row[:4]: row[4] for row in counted.iter_rows()} == oracle


def test_moments_are_seconds_after_injection() -> None:
    """The first and the last of each kind: an outage can be read off it."""
    rows = {tuple(row[:4]): row[4:] for row in tally(synthetic.history(rate=10, clients=1)).iter_rows()}
    count, first_s, last_s = rows["write", "writer", "failed", "refused"]
    assert (count, first_s, last_s) == (24, 0.2, 2.5)  # what was in flight at injection is unknown, and not failed
    assert rows["inject", "", "ok", ""] == (1, 0.0, 0.0)


def test_without_a_fault_the_first_of_all_is_the_beginning() -> None:
    """Of a load that nobody disturbs."""
    seen = tally(history([{"action": "read", "outcome": "ok", "invoked_ns": 7 * 10**9}]))
    assert seen.rows() == [("read", "", "ok", "", 1, 0.0, 0.0)]


def test_what_an_application_was_asked_is_counted_by_pattern() -> None:
    """Beside the operations of the probes."""
    requests = typed_table(
        "requests",
        [
            {"pattern": "place-order", "endpoint": "writer", "due_ns": 10**9, "outcome": "ok"},
            {"pattern": "place-order", "endpoint": "writer", "due_ns": 3 * 10**9, "outcome": "ok"},
        ],
    )
    seen = tally(History.of(history([]).operations, anchor=ANCHOR, tables={"requests": requests}))
    assert seen.rows() == [("request: place-order", "writer", "ok", "", 2, 0.0, 2.0)]


def test_a_history_of_nothing_has_no_rows() -> None:
    """An inspection asks control planes, and no operation is in its history."""
    assert tally(history([])).is_empty()
