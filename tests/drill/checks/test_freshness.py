"""How far behind a reader is, and whether it ever goes back in time."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks import readers_stay_fresh, reads_are_monotonic
from drill.checks.freshness import staleness
from drill.verdict import Ruling
from tests.drill.histories import REFUSED, Story, after, before, fault, managed_failover, ns, property_test

monotonic = reads_are_monotonic()


def write(story: Story, at_s: float, value: int, key: int = 0, **columns: str) -> Story:
    """Acknowledge a write, at once."""
    return story.add(
        "write", at_s, latency_s=0, client="w", endpoint="writer", server="a", key=key, value=value, **columns
    )


def read(story: Story, at_s: float, value: int, key: int = 0, *, session: int = 0, endpoint: str = "reader") -> Story:
    """Answer a read, at once."""
    who = {"client": "r", "endpoint": endpoint, "server": "c", "session": session}
    return story.add("read", at_s, latency_s=0, **who, key=key, value=value)


def stale_s(story: Story) -> list[float]:
    """How stale each read was, in the order of the reads."""
    found = staleness(story.told(), pl.lit(value=True)).sort("invoked_ns")["staleness_ns"]
    return [each / 1e9 for each in found]


def test_shows_everything() -> None:
    """A reader that shows everything acknowledged is not stale, however long nothing was written."""
    assert stale_s(read(write(write(fault(), 1, 10), 2, 20), 1000, 20)) == [0]


def test_oldest_missing_write() -> None:
    """Staleness is the age of the oldest write that is missing, not of the newest."""
    assert stale_s(read(write(write(write(fault(), 1, 10), 2, 20), 3, 30), 5, 10)) == [3]


def test_nothing_shown() -> None:
    """A reader that shows nothing yet misses the first write."""
    assert stale_s(read(write(fault(), 1, 10), 5, -1)) == [4]


def test_acknowledged_later() -> None:
    """A write that was acknowledged after the read began cannot be missed."""
    assert stale_s(read(write(fault(), 6, 10), 5, -1)) == [0]


def test_acknowledged_out_of_order() -> None:
    """The oldest missing write is the one acknowledged first, whatever its value."""
    assert stale_s(read(write(write(fault(), 3, 20), 1, 30), 5, 10)) == [4]


def test_own_stream() -> None:
    """What is missing in another stream does not matter."""
    assert stale_s(read(write(write(fault(), 1, 10, key=0), 2, 20, key=1), 5, 10)) == [0]


def test_refused_writes_are_not_missed() -> None:
    """Only acknowledged writes can be missed."""
    assert stale_s(read(write(fault(), 1, 10, **REFUSED), 5, -1)) == [0]


def test_fresh() -> None:
    """Readers that are fresh hold the promise, and the figures say how fresh."""
    verdict = readers_stay_fresh(0.1)(managed_failover().told())
    assert verdict
    assert verdict.measured == {"staleness_p99_ms": 0, "staleness_max_ms": 0, "reads": 640}


def test_behind() -> None:
    """Readers that stop following break it."""
    story = managed_failover()
    frozen = {
        key: max(
            row["value"] for row in story.rows if row["action"] == "read" and row["key"] == key and before(3.0)(row)
        )
        for key in range(4)
    }
    for key, value in frozen.items():
        story.change({"value": value}, after(3.0), action="read", key=key)
    verdict = readers_stay_fresh(1)(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["staleness_p99_ms"] == pytest.approx(4900, abs=100)


def test_one_in_a_thousand_behind() -> None:
    """A single stale read does not break it; it is the worst that is reported."""
    story = managed_failover()
    next(row for row in story.rows if row["action"] == "read" and after(6)(row)).update(value=-1)
    verdict = readers_stay_fresh(0.1)(story.told())
    assert verdict
    assert verdict.measured["staleness_max_ms"] == pytest.approx(8000, abs=150)


def test_no_reads() -> None:
    """Without reads of readers since injection nothing is known of them."""
    story = managed_failover().without(after(0), action="read")
    read(story, 3.0, -1, endpoint="writer")
    assert readers_stay_fresh(1)(story.told()).ruling is Ruling.UNDECIDED
    assert readers_stay_fresh(1)(read(story, 3.0, -1, endpoint="c").told()).ruling is Ruling.BROKEN


@property_test
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 50), st.integers(0, 100)), max_size=30),
    st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 50), st.integers(0, 100)), max_size=30),
)
def test_row_by_row(writes: list[tuple[int, int, int]], reads: list[tuple[int, int, int]]) -> None:
    """Measured in columns, staleness is what it is read by read."""
    story = fault()
    for key, value, at_s in writes:
        write(story, at_s, value, key)
    for key, value, at_s in reads:
        read(story, at_s, value, key)
    found = staleness(story.told(), pl.lit(value=True))
    expected = sorted(
        (
            key,
            value,
            ns(at_s),
            max((at_s - done for k, v, done in writes if k == key and v > value and done < at_s), default=0) * 10**9,
        )
        for key, value, at_s in reads
    )
    assert sorted(found.rows()) == expected


def test_monotonic() -> None:
    """Reads of a connection that never go back hold the promise."""
    assert monotonic(managed_failover().told()).measured == {"non_monotonic_reads": 0}


def test_back_in_time() -> None:
    """Each read that shows less than an earlier one of its connection is counted."""
    verdict = monotonic(read(read(read(read(fault(), 1, 5), 2, 3), 3, 4), 4, 5).told())
    assert verdict.ruling is Ruling.BROKEN
    assert verdict.measured["non_monotonic_reads"] == 2
    assert verdict.evidence[0] == "r, connection 0, stream 0: 3 after 5, from c, 2.000 s after injection"


def test_new_connection_may_go_back() -> None:
    """A new connection to another reader may go back, and another stream is another matter."""
    assert monotonic(read(read(read(fault(), 1, 5), 2, 3, session=1), 3, 1, key=1).told())


def test_no_reads_at_all() -> None:
    """Without reads nothing is known."""
    assert monotonic(managed_failover().without(action="read").told()).ruling is Ruling.UNDECIDED


@property_test
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(-1, 9)), min_size=1, max_size=40))
def test_monotonic_row_by_row(reads: list[tuple[int, int, int]]) -> None:
    """Counted in columns, reads that go back are what they are read by read."""
    story, back = fault(), 0
    highest: dict[tuple[int, int], int] = {}
    for at_s, (session, key, value) in enumerate(reads):
        read(story, at_s, value, key, session=session)
        back += value < highest.get((session, key), -1)
        highest[session, key] = max(value, highest.get((session, key), -1))
    assert monotonic(story.told()).measured["non_monotonic_reads"] == back
