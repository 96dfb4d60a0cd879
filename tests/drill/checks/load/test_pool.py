"""Whether a pool keeps to its bounds, and how much of it is used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.load import pool_is_bounded, pool_utilisation
from drill.verdict import Ruling
from tests.drill.checks.load.stories import END_S, STEADY_S, LoadStory, between, quiet, under_load
from tests.drill.histories import ns, property_test, steps

POOL = {"endpoint": "writer", "size": 5, "in_use": 4, "waiting": 0, "max_size": 5, "max_waiting": 50}


def pooled(size: int = 5, **columns: int) -> LoadStory:
    """An application that tells of its pool five times a second."""
    story = under_load()
    for at_s in steps(-STEADY_S, END_S, 0.2):
        story.row("pool", at_s, **POOL | {"size": size, "max_size": size} | columns)
    return story


def test_bounded() -> None:
    """A pool within its size, whose queue is within its bound, holds it."""
    verdict = pool_is_bounded()(pooled(waiting=50).told())
    assert verdict
    assert verdict.measured == {
        "pool_connections": 5,
        "pool_waiting": 50,
        "pool_samples": 90,
        "leaked_connections": 0,
    }


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"max_size": 4}, "grew to 5 connections, of 4 allowed"),
        ({"waiting": 51}, "51 requests waited"),
        ({"max_waiting": 0}, "has no bound"),
    ],
)
def test_unbounded(columns: dict[str, int], words: str) -> None:
    """A pool beyond its size, a queue beyond its bound, and a queue without one break it."""
    verdict = pool_is_bounded()(pooled(**columns).told())
    assert verdict.ruling is Ruling.BROKEN
    assert words in verdict.because


def test_once_is_enough() -> None:
    """Beyond its size once is beyond its size."""
    story = pooled().change("pool", {"size": 6}, between(3, 3.1))
    assert pool_is_bounded()(story.told()).ruling is Ruling.BROKEN


def lent(number: int, at_s: float = 1.0) -> LoadStory:
    """So many connections are taken and never given back, beside many that are."""
    story = busy(4)
    for _ in range(number):
        story.row("checkouts", endpoint="writer", acquired_ns=ns(at_s), released_ns=None)
    return story


def test_leaking() -> None:
    """A connection that is not given back breaks it, however fast everything else still is."""
    verdict = pool_is_bounded()(lent(2).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.because == "2 connections taken from pool writer never given back"
    assert verdict.measured["leaked_connections"] == 2


@pytest.mark.parametrize("unanswered", [0, 1, 2, 3])
def test_what_is_still_in_use_is_no_leak(unanswered: int) -> None:
    """A request that was never answered may have one; so may the application itself, from before the load."""
    story = lent(2)
    story.row("checkouts", endpoint="writer", acquired_ns=ns(-STEADY_S - 1), released_ns=None)
    for _ in range(unanswered):
        story.request(END_S - 0.1, outcome="unknown", code="never answered", cause="silent")
    verdict = pool_is_bounded()(story.told())
    assert verdict.measured["leaked_connections"] == max(0, 2 - unanswered)
    assert verdict.ruling is (Ruling.BROKEN if unanswered < 2 else Ruling.HELD)


def test_no_pool() -> None:
    """An application that tells of no pool leaves it undecided."""
    assert pool_is_bounded()(quiet().told()).ruling is Ruling.UNDECIDED
    assert pool_is_bounded()(quiet().empty("pool").told()).ruling is Ruling.UNDECIDED


def busy(connections: int, size: int = 5) -> LoadStory:
    """So many connections are in use all the time, in turns of half a second."""
    story = pooled(size)
    for at_s in steps(-STEADY_S, END_S, 0.5):
        for _ in range(connections):
            story.row("checkouts", endpoint="writer", acquired_ns=ns(at_s), released_ns=ns(at_s + 0.5))
    return story


def test_utilised() -> None:
    """Nine of ten in use is more than 80 %; the load is told in Erlang."""
    verdict = pool_utilisation()(busy(9, 10).told())
    assert verdict
    assert verdict.measured["pool_utilisation_pct"] == pytest.approx(90)
    assert verdict.measured["offered_load_erlang"] == pytest.approx(9)


def test_too_large() -> None:
    """A pool of 100 for a load of 5 breaks it, and the size that would do is named."""
    verdict = pool_utilisation()(busy(5, 100).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["pool_utilisation_pct"] == pytest.approx(5)
    assert verdict.measured["fitting_pool_size"] == 6
    assert "a pool of 6 would do" in verdict.because


def test_never_returned() -> None:
    """A connection that never comes back is in use to the end."""
    story = pooled(1).row("checkouts", endpoint="writer", acquired_ns=ns(-9), released_ns=None)
    assert pool_utilisation()(story.told()).measured["pool_utilisation_pct"] == pytest.approx(100)


def test_first_second() -> None:
    """What happened in the first second of the load, or after its end, does not count."""
    story = busy(4)
    story.row("checkouts", endpoint="writer", acquired_ns=ns(-STEADY_S), released_ns=ns(-STEADY_S + 1))
    story.row("checkouts", endpoint="writer", acquired_ns=ns(END_S), released_ns=ns(END_S + 5))
    assert pool_utilisation()(story.told()).measured["offered_load_erlang"] == pytest.approx(4)


@pytest.mark.parametrize("missing", ["pool", "checkouts", "requests"])
def test_unknown(missing: str) -> None:
    """Without a pool, checkouts or a load nothing is known, nor where a table is empty."""
    assert pool_utilisation()(busy(4).forget(missing).told()).ruling is Ruling.UNDECIDED
    assert pool_utilisation()(busy(4).empty(missing).told()).ruling is Ruling.UNDECIDED


def test_impossible() -> None:
    """More connections in use than there are is evidence that contradicts itself."""
    assert pool_utilisation()(busy(8, 5).told()).ruling is Ruling.UNDECIDED


@property_test
@given(
    st.lists(st.tuples(st.floats(-4, 14), st.floats(0, 3)), min_size=1, max_size=20),
    st.lists(st.tuples(st.floats(-4, 14), st.integers(1, 9)), min_size=1, max_size=8),
)
def test_weighed_by_time(checkouts: list[tuple[float, float]], sizes: list[tuple[float, int]]) -> None:
    """Measured in columns, utilisation is what it is moment by moment, when summed up checkout by checkout."""
    story = under_load()
    for at_s, size in sizes:
        story.row("pool", at_s, **POOL | {"size": size})
    for at_s, length_s in checkouts:
        story.row("checkouts", endpoint="writer", acquired_ns=ns(at_s), released_ns=ns(at_s + length_s))
    from_s, to_s = -STEADY_S + 1, END_S - 0.01
    used = sum(max(0.0, min(at_s + length_s, to_s) - max(at_s, from_s)) for at_s, length_s in checkouts)
    inside = sorted((row for row in sizes if row[0] < to_s), key=lambda row: ns(row[0]))
    if not inside:
        return
    ends = [at_s for at_s, _ in inside[1:]] + [to_s]
    starts = [from_s] + [at_s for at_s, _ in inside[1:]]
    there = sum(
        size * max(0.0, end - max(start, from_s)) for (_, size), start, end in zip(inside, starts, ends, strict=True)
    )
    verdict = pool_utilisation()(story.told())
    if used / there < 1.04:
        assert verdict.measured["pool_utilisation_pct"] == pytest.approx(100 * used / there, abs=0.01)
