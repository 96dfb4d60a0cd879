"""Two clocks are tied together at the tightest of many readings."""

from __future__ import annotations

import time
from itertools import chain

from drill.probes.clock import anchor


def test_tightest_bracket_wins() -> None:
    """The wall clock's reading belongs to the middle of its bracket, give or take half of it."""
    monotonic = chain([0, 1000], [2000, 2010], [3000, 3500])
    wall = iter([70_000, 72_007, 73_100])
    tied = anchor(3, monotonic_ns=lambda: next(monotonic), wall_ns=lambda: next(wall))
    assert (tied.monotonic_ns, tied.wall_ns, tied.error_ns) == (2005, 72_007, 5)


def test_real_clocks_agree_within_their_error() -> None:
    """On this machine the two clocks are tied to within a tenth of a millisecond."""
    tied = anchor()
    assert 0 <= tied.error_ns < 100_000
    assert abs(tied.wall_of(time.monotonic_ns()) - time.time_ns()) < 50_000_000
