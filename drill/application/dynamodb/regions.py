"""Which region is asked: home as long as it answers, the other one until it has answered again for a while."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from drill.history import Cause
from drill.targets.outcomes import Ending

GONE = frozenset({Cause.SILENT, Cause.REFUSED, Cause.NAME_RESOLUTION})
"""Nobody is there."""
UNANSWERED = GONE | {Cause.RESET}
"""Somebody may be, but says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """When to turn to the other region, and when to come back.

    It turns after `calls` in a row within `within_s` that nobody was there for, or after `unanswered_s` in which none
    was answered at all, and comes back once home has answered for `back_s`.
    """

    calls: int = 5
    within_s: float = 1.0
    unanswered_s: float = 1.0
    back_s: float = 2.0
    ping_every_s: float = 0.25


class Regions:
    """The region that is asked now. `heard` belongs to the loop; `current` may be read on any thread.

    What is acknowledged by one region is not yet in the other (asynchronous replication): whoever turns reads what is
    older, and a write in both may lose to the other, the last one wins. A client's token is known in its own region
    alone; what was not answered at home may be done there and again here, and is merged as that.
    """

    def __init__(
        self, home: str, other: str | None, *, turning: Turning, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start at home; without another region it stays there."""
        self.home = home
        self.current = home
        self._other = other
        self._turning = turning
        self._clock = clock
        self._unanswered_since_s: float | None = None
        self._gone: deque[float] = deque(maxlen=turning.calls)

    def heard(self, region: str, ending: Ending, *, sent_s: float) -> None:
        """A call that was sent then to that region has ended so."""
        if region != self.current or self.current != self.home or self._other is None:
            return
        if ending.cause not in UNANSWERED:
            self._unanswered_since_s = None
            self._gone.clear()
            return
        now_s = self._clock()
        if self._unanswered_since_s is None:
            self._unanswered_since_s = sent_s
        if ending.cause in GONE:
            self._gone.append(now_s)
        in_a_row = len(self._gone) == self._turning.calls and now_s - self._gone[0] <= self._turning.within_s
        if in_a_row or now_s - self._unanswered_since_s >= self._turning.unanswered_s:
            self.current = self._other

    def go_home(self) -> None:
        """Ask at home again."""
        self._unanswered_since_s = None
        self._gone.clear()
        self.current = self.home

    async def watch(
        self,
        ping: Callable[[], Awaitable[bool]],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """For good: while another region is asked, ping home, and go back once it has answered for long enough."""
        since_s: float | None = None
        while True:
            await sleep(self._turning.ping_every_s)
            if self.current == self.home or not await ping():
                since_s = None
                continue
            now_s = self._clock()
            since_s = now_s if since_s is None else since_s
            if now_s - since_s >= self._turning.back_s:
                self.go_home()
                since_s = None
