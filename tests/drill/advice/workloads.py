"""Workloads to advise on: patterns by key, and whatever else is asked beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from drill.advice import AccessPattern, Advice, Choice, Consistency, Decision, Kind, Recommendation, Workload

GET = AccessPattern(
    name="get", kind=Kind.GET, rate_per_s=100, peak_per_s=200, tables=("orders",), hottest_key_share=0.001
)
WRITE = AccessPattern(
    name="write", kind=Kind.WRITE, rate_per_s=10, peak_per_s=20, tables=("orders",), hottest_key_share=0.001
)
JOIN = AccessPattern(name="join", kind=Kind.JOIN, rate_per_s=5, peak_per_s=10, tables=("orders", "customers"))
BY_KEY = Workload(name="by key", patterns=(GET, WRITE), predictable=True)
RELATIONAL = replace(BY_KEY, name="relational", patterns=(GET, WRITE, JOIN))


def pattern(kind: Kind = Kind.GET, **changes: Any) -> AccessPattern:
    """A pattern of that kind, with changes."""
    return replace(GET, name=str(kind), kind=kind, **changes)


def workload(*patterns: AccessPattern, **changes: Any) -> Workload:
    """Those patterns, or the two by key, with changes."""
    return replace(BY_KEY, patterns=patterns or BY_KEY.patterns, **changes)


def told(advice: Advice, decision: Decision, store: Choice = Choice.DYNAMODB) -> Recommendation:
    """What is recommended; it must be there."""
    found = advice.of(decision, store)
    assert found is not None
    return found


rates = st.floats(min_value=0.01, max_value=1e7)


@st.composite
def patterns(draw: st.DrawFn, *, kinds: tuple[Kind, ...] = tuple(Kind)) -> AccessPattern:
    """Any pattern of those kinds."""
    rate = draw(rates)
    return AccessPattern(
        name=draw(st.sampled_from("abcdefgh")),
        kind=draw(st.sampled_from(kinds)),
        rate_per_s=rate,
        peak_per_s=rate * draw(st.floats(min_value=1, max_value=100)),
        item_bytes=draw(st.integers(min_value=1, max_value=1_000_000)),
        items=draw(st.integers(min_value=1, max_value=200)),
        consistency=draw(st.sampled_from(Consistency)),
        tables=draw(st.lists(st.sampled_from("xyz"), unique=True).map(tuple)),
        serializable=draw(st.booleans()),
        hottest_key_share=draw(st.none() | st.floats(min_value=0.001, max_value=1)),
    )


@st.composite
def workloads(draw: st.DrawFn) -> Workload:
    """Any workload."""
    return Workload(
        name="any",
        patterns=tuple(draw(st.lists(patterns(), min_size=1, max_size=4))),
        predictable=draw(st.booleans()),
        hourly=draw(st.just(()) | st.lists(rates, min_size=24, max_size=24).map(tuple)),
        foreign_keys=draw(st.booleans()),
        ad_hoc_sql=draw(st.booleans()),
    )
