"""One moment on two clocks, as exactly as this machine can tell."""

from __future__ import annotations

import time
from collections.abc import Callable

from drill.history import Anchor


def anchor(
    samples: int = 1000,
    *,
    monotonic_ns: Callable[[], int] = time.monotonic_ns,
    wall_ns: Callable[[], int] = time.time_ns,
) -> Anchor:
    """Read the wall clock between two readings of the monotonic one, many times, and keep the tightest.

    The wall clock was read somewhere within the bracket, so its middle is right give or take half of it; the
    many tries get rid of the brackets into which the scheduler fell.
    """
    brackets = ((monotonic_ns(), wall_ns(), monotonic_ns()) for _ in range(samples))
    before, wall, after = min(brackets, key=lambda bracket: bracket[2] - bracket[0])
    return Anchor(monotonic_ns=(before + after) // 2, wall_ns=wall, error_ns=(after - before + 1) // 2)
