"""Keep readers that nothing reaches any more from being read.

An acknowledged write is on one reader at least, not on every one. When the writer is suddenly gone, a reader may
lack the last writes that another one has, and would not show them until there is a new writer: for as long as the
leader key lives. As on Aurora, where a reader that loses its writer starts anew, its sessions end and the reader
endpoint leads elsewhere, until it receives again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from lab.watch import Answer

STANDS_STILL_S = 0.4


class Fence:
    """Which readers are behind another one and have received nothing for a while."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self.now_s = now_s
        self.fenced: frozenset[str] = frozenset()
        self._moved: dict[str, tuple[int, float]] = {}

    def left_behind(self, answers: Mapping[str, Answer]) -> frozenset[str]:
        """Take in the readers' latest answers; those that are fenced from now on."""
        now_s = self.now_s()
        for name, said in answers.items():
            if self._moved.get(name, (None, 0.0))[0] != said.received:
                self._moved[name] = said.received, now_s
        furthest = max((said.received for said in answers.values()), default=0)
        before = self.fenced
        self.fenced = frozenset(
            name
            for name, said in answers.items()
            if said.received < furthest and now_s - self._moved[name][1] > STANDS_STILL_S
        )
        return self.fenced - before
