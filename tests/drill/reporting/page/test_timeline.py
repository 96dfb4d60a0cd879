"""An experiment's figures for drawing: few, true to what was counted, and whole or refused."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.history import Anchor, History
from drill.reporting.page import aggregate
from drill.reporting.timeline.bins import MOST_BINS
from tests.drill.reporting.synthetic import FAULT, INJECTED_NS, PHASES, SECOND_NS, history

ANCHOR = Anchor(monotonic_ns=0, wall_ns=0, error_ns=0)


def test_what_an_experiment_saw_is_in_its_slices() -> None:
    """Rates, latencies, errors by cause and outcome, the fault, every phase, the stalls."""
    timeline = aggregate(history(), PHASES)
    assert timeline.injected
    assert timeline.fault_s == (0.0, pytest.approx(0.6))
    assert [each.name for each in timeline.marks][:2] == ["injected", "detected"]
    assert {each.name for each in timeline.marks} == {"injected", "healed", *PHASES}
    counted = {(each.cause, each.outcome): sum(each.counts) for each in timeline.errors}
    assert counted == {("refused", "failed"): 960, ("reset", "unknown"): 40}
    writes = timeline.answered["write"]
    assert writes.per_s[1] == pytest.approx(400, rel=0.02)
    assert set(writes.p50_ms) == {2.0, None}
    assert sum(filter(None, timeline.stalled_s)) == pytest.approx(0.01)


def test_no_slice_mixes_before_and_after_the_injection() -> None:
    """Zero is an edge between two of them."""
    timeline = aggregate(history(), PHASES)
    assert timeline.start_s < 0 < timeline.end_s
    assert (timeline.start_s / timeline.step_s) == pytest.approx(timeline.first)


def test_an_outage_is_slices_without_a_write_and_a_latency_of_nothing_is_none() -> None:
    """Silence is a rate of nothing, but no latency."""
    timeline = aggregate(history(), PHASES)
    slot = round(1.0 / timeline.step_s) - timeline.first
    assert timeline.answered["write"].per_s[slot] == 0
    assert timeline.answered["write"].p99_ms[slot] is None


def test_a_fault_that_nothing_healed_lasts_to_the_end() -> None:
    """And without a fault there is no band."""
    operations = history().operations
    unhealed = aggregate(History.of(operations.filter(pl.col("action") != "heal"), anchor=ANCHOR), {})
    assert unhealed.fault_s == (0.0, unhealed.end_s)
    calm = aggregate(History.of(operations.filter(pl.col("action").is_in(["write", "read"])), anchor=ANCHOR), {})
    assert calm.fault_s is None


def test_an_applications_requests_stand_where_no_probes_were() -> None:
    """They are said to be requests."""
    rows = history().operations
    asked = rows.filter(pl.col("action") == "write").select(
        "server", "completed_ns", "outcome", "code", "cause", endpoint="endpoint", due_ns="invoked_ns"
    )
    alone = History.of(rows.filter(pl.col("action") == "inject"), anchor=ANCHOR, tables={"requests": asked})
    timeline = aggregate(alone, {})
    assert timeline.requests
    assert not aggregate(history(), {}).requests
    assert timeline.answered["write"].per_s[1] == pytest.approx(400, rel=0.02)


@pytest.mark.parametrize("change", [{"slices": 0}, {"slices": 7}, {"step_s": 0.0}, {"stalled_s": (1.0,)}])
def test_a_time_line_that_is_not_whole_is_refused(change: dict[str, float]) -> None:
    """A column is as long as the time line, or it is none."""
    with pytest.raises(ValueError, match="has a figure for each"):
        replace(aggregate(history(), PHASES), **change)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["write", "read"]),
            st.integers(-10 * SECOND_NS, 50 * SECOND_NS),
            st.integers(1, SECOND_NS),
            st.sampled_from(["ok", "failed", "unknown"]),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_nothing_that_failed_is_lost_or_counted_twice_and_no_figure_is_no_number(
    rows: list[tuple[str, int, int, str]],
) -> None:
    """Whatever happened when: errors add up, columns are of one length, and JSON can hold every figure."""
    table = pl.DataFrame(
        {
            "action": [action for action, *_ in rows],
            "endpoint": ["writer"] * len(rows),
            "invoked_ns": [INJECTED_NS + at for _, at, _, _ in rows],
            "completed_ns": [INJECTED_NS + at + took for _, at, took, _ in rows],
            "outcome": [outcome for *_, outcome in rows],
            "cause": [None if outcome == "ok" else "silent" for *_, outcome in rows],
        }
    )
    timeline = aggregate(History.of(table, anchor=ANCHOR, fault=FAULT), {})
    assert sum(sum(each.counts) for each in timeline.errors) == sum(outcome != "ok" for *_, outcome in rows)
    assert timeline.slices <= MOST_BINS + 1
    for answered in timeline.answered.values():
        assert all(each is None or math.isfinite(each) for each in (*answered.per_s, *answered.p99_ms))


def test_two_million_operations_are_some_hundred_slices_in_a_moment() -> None:
    """Aggregated by column, so that what an experiment counted costs nothing afterwards."""
    many = history(rate=2000, clients=30)
    assert many.operations.height > 2_000_000
    began = time.perf_counter()
    assert aggregate(many, PHASES).slices <= MOST_BINS + 1
    assert time.perf_counter() - began < 5
