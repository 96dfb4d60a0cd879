"""Keep readers that nothing reaches any more from being read.

An acknowledged write is on one reader at least, not on every one. When the writer is suddenly gone, a reader may
lack the last writes that another one has, and would not show them until there is a new writer: for as long as the
leader key lives. As on Aurora, where a reader that loses its writer starts anew, its sessions end and the reader
endpoint leads elsewhere, until it receives again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping

from lab.watch import Answer

STANDS_STILL_S = 0.4


class Fence:
    """Which readers have been behind another one for a while without receiving anything."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self.now_s = now_s
        self.fenced: frozenset[str] = frozenset()
        self._behind: dict[str, tuple[int, float]] = {}

    def left_behind(self, answers: Mapping[str, Answer], *, readers: Collection[str]) -> frozenset[str]:
        """Take in the latest answers; those that are fenced from now on.

        Only who is read from already (`readers`) can be further: an old writer that has just come back shows nobody
        what the others lack.
        """
        now_s = self.now_s()
        furthest = max((said.received for name, said in answers.items() if name in readers), default=0)
        behind = {}
        for name, said in answers.items():
            if said.received < furthest:
                received, since_s = self._behind.get(name, (None, now_s))
                behind[name] = said.received, since_s if received == said.received else now_s
        self._behind, before = behind, self.fenced
        self.fenced = frozenset(name for name, (_, since_s) in behind.items() if now_s - since_s > STANDS_STILL_S)
        return self.fenced - before
