"""A reader's lag, from what the writer reports, from positions in the log, and from its own word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.probes.server.lag import REPORT_LASTS_NS, Lags

MS = 1_000_000


def known() -> Lags:
    """A writer that was at 100, 200 and 300 when it was 0, 200 and 400 ms."""
    lags = Lags()
    for at_ms, position in ((0, 100), (200, 200), (400, 300)):
        lags.wrote("a", position, known_ns=at_ms * MS)
    return lags


@pytest.mark.parametrize(("replayed", "lag_ms"), [(300, 0), (350, 0), (299, 600), (200, 600), (199, 800), (50, 1000)])
def test_lag_counts_from_when_the_writer_was_past_what_is_replayed(replayed: int, lag_ms: float) -> None:
    """Asked at 1,000 ms: as long ago as we know the writer to have been beyond."""
    assert known().of("b", asked_ns=1000 * MS, replayed=replayed, own_ms=None) == lag_ms


def test_an_idle_writer_makes_no_lag() -> None:
    """The same position, seen again and again, is as old as when it was first seen."""
    lags = known()
    for at_ms in range(600, 5000, 200):
        lags.wrote("a", 300, known_ns=at_ms * MS)
    assert lags.of("b", asked_ns=5000 * MS, replayed=300, own_ms=4000.0) == 0
    assert lags.of("b", asked_ns=5000 * MS, replayed=299, own_ms=None) == 4600


def test_the_larger_of_report_and_position_counts() -> None:
    """A report that stands still hides nothing, nor does a position that is too coarse."""
    lags = known()
    lags.reported({"b": 5.0}, known_ns=900 * MS)
    assert lags.of("b", asked_ns=1000 * MS, replayed=200, own_ms=None) == 600
    assert lags.of("b", asked_ns=1000 * MS, replayed=300, own_ms=None) == 5.0
    assert lags.of("b", asked_ns=1000 * MS, replayed=None, own_ms=77.0) == 5.0


def test_an_old_report_says_nothing() -> None:
    """What the writer said more than a second ago is no lag of now."""
    lags = Lags()
    lags.reported({"b": 5.0}, known_ns=0)
    assert lags.of("b", asked_ns=REPORT_LASTS_NS, replayed=None, own_ms=None) == 5.0
    assert lags.of("b", asked_ns=REPORT_LASTS_NS + 1, replayed=None, own_ms=None) is None


def test_a_reader_speaks_for_itself_where_nobody_else_does() -> None:
    """Without a writer's word or position; a reader that is not listed, or has no figure, is the same."""
    lags = Lags()
    lags.reported({"c": 5.0, "d": None}, known_ns=0)
    assert lags.of("b", asked_ns=0, replayed=10, own_ms=12.5) == 12.5
    assert lags.of("d", asked_ns=0, replayed=10, own_ms=None) is None


def test_another_writer_begins_anew() -> None:
    """Positions of different lives are not compared."""
    lags = known()
    lags.wrote("b", 250, known_ns=2000 * MS)
    assert lags.of("c", asked_ns=3000 * MS, replayed=250, own_ms=None) == 0
    assert lags.of("c", asked_ns=3000 * MS, replayed=249, own_ms=None) == 1000


@given(
    steps=st.lists(st.tuples(st.integers(1, 500), st.integers(0, 50)), min_size=1, max_size=40),
    delay_ms=st.integers(0, 5000),
    every_ms=st.integers(1, 1000),
)
def test_lag_is_a_lower_bound_as_tight_as_we_look(steps: list[tuple[int, int]], delay_ms: int, every_ms: int) -> None:
    """A reader that replays everything so much later never seems to lag by more.

    Nor by less than the age of the first thing that it lacks, give or take one interval between looks.
    """
    moments, at_ms, position = [], 0, 0
    for wait_ms, written in steps:
        at_ms, position = at_ms + wait_ms, position + written
        moments.append((at_ms, position))

    def written_by(ms: int) -> int:
        return max((position for at, position in moments if at <= ms), default=0)

    lags, end_ms = Lags(), at_ms + delay_ms
    for look_ms in range(0, end_ms + 1, every_ms):
        lags.wrote("a", written_by(look_ms), known_ns=look_ms * MS)
    found = lags.of("b", asked_ns=end_ms * MS, replayed=written_by(end_ms - delay_ms), own_ms=None)
    assert found is not None
    assert 0 <= found <= delay_ms
    replayed = written_by(end_ms - delay_ms)
    lacking = [at for at, position in moments if position > replayed]
    assert found >= (end_ms - lacking[0] - every_ms if lacking else 0)
