"""Who is the writer, and whether another one is about to be: from what is seen alone, whoever caused it.

available  --asked, or the writer is silent, or another one leads-->  failing over
failing over  --the leader is out of recovery-->  it is named writer
failing over  --the named writer has its quorum-->  available, and endpoints lead to it
"""

from __future__ import annotations

import time
from collections.abc import Callable

from lab.control import Happening
from lab.watch import Answer


class Succession:
    """`tell` hears what happens to whom; `settled` the writer that works now, and the one that it replaced."""

    def __init__(
        self,
        *,
        tell: Callable[[Happening, str], None],
        settled: Callable[[str, str | None], None],
        synchronous: bool = True,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.writer: str | None = None
        self.under_way = False
        self._tell, self._settled, self._now_s = tell, settled, now_s
        self._synchronous = synchronous
        self._replaced: str | None = None
        self._heir: str | None = None
        self._patient_until_s = 0.0

    def ask(self, heir: str, *, patience_s: float) -> None:
        """Somebody was asked to become the writer; for so long it does not count as failed."""
        self._patient_until_s = self._now_s() + patience_s
        self._begin(heir)

    def give_up(self) -> None:
        """Whoever was asked cannot do it."""
        self._patient_until_s = 0.0

    def look(self, leader: str | None, said: Answer | None) -> None:
        """Take in who holds the leader key, and what that instance says of itself (None: nothing)."""
        if leader and said and not said.in_recovery:
            if leader != self.writer:
                self._name(leader)
            # A writer without its quorum acknowledges nothing: nobody is led to it before it has one.
            if self.under_way and (said.quorum or not self._synchronous):
                self._end(leader)
        elif self.writer is not None and not self.under_way and (leader != self.writer or said is None):
            self._begin(leader if leader != self.writer else None)

    def _begin(self, heir: str | None) -> None:
        self.under_way, self._heir = True, heir
        if heir:
            self._tell(Happening.FAILOVER_STARTED, heir)

    def _name(self, leader: str) -> None:
        self._replaced, self.writer = self.writer, leader
        if self._replaced is None:
            self._settled(leader, None)
        elif self._heir != leader:
            self._begin(leader)

    def _end(self, leader: str) -> None:
        if self._replaced is not None:
            self._tell(Happening.FAILOVER_COMPLETED, leader)
        elif self._heir not in {None, leader}:
            # Whoever was asked has not done it yet, or could not: then the writer is the writer still.
            if self._now_s() < self._patient_until_s:
                return
            self._tell(Happening.FAILOVER_FAILED, leader)
        replaced, self._replaced = self._replaced, None
        self.under_way, self._heir = False, None
        self._settled(leader, replaced)
