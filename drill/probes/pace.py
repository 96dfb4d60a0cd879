"""When a client's next turn is."""

from __future__ import annotations

import asyncio


class Pace:
    """At most one turn an interval, on a grid that `offset_s` shifts, so that clients take turns evenly.

    Time lost is not made up for: after an outage a client goes on at its rate, and does not burst.
    """

    def __init__(self, interval_s: float, offset_s: float = 0.0) -> None:
        """The first turn is `offset_s` from now."""
        self._interval_s = interval_s
        self._due = asyncio.get_running_loop().time() + offset_s

    async def turn(self) -> None:
        """Wait until it is the client's turn; at once when it is overdue."""
        now = asyncio.get_running_loop().time()
        if self._due > now:
            await asyncio.sleep(self._due - now)
            self._due += self._interval_s
        else:
            self._due = now + self._interval_s
