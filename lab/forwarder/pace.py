"""How fast what is carried to one client may go: at once, late, slowly, or not at all; always in order.

    carry ──> waiting: due, due, due ──> write
                                    └──> finish, once all before it has gone

The end of a connection waits for its turn as its data does, as in a network; on a `lossy` one it overtakes, and what
was under way is lost.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

GRAIN_S = 0.02
"""What is throttled comes in pieces of so much time."""
MOST_LATE = 16 << 20
"""How many bytes of one connection may be under way: 320 MB/s at 50 ms. Those that send more are read no further."""
MOST_THROTTLED = 64 << 10
"""The same of what is throttled: a slow line has a short queue, or a second of it would be minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """What is wrong with a line: late, slow (0: as fast as it goes), or cut; each connection has it for itself."""

    delay_s: float = 0.0
    bytes_per_s: float = 0.0
    cut: bool = False
    lossy: bool = False

    @property
    def free(self) -> bool:
        """Whether all passes at once."""
        return not (self.delay_s or self.bytes_per_s or self.cut)


class Pace:
    """What waits to be written to one client; `finish` is called once, with whether to reset, after the last of it."""

    def __init__(
        self,
        pacing: Pacing,
        *,
        write: Callable[[bytes], None],
        finish: Callable[[bool], None],
        sent: Callable[[], None],
    ) -> None:
        self.pacing, self.free = pacing, pacing.free
        self.size = 0
        self._write, self._finish, self._sent = write, finish, sent
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._busy_until_s = 0.0
        self._reset = False

    @property
    def full(self) -> bool:
        """Whether no more should come before some of it has gone."""
        return self.size > (MOST_THROTTLED if self.pacing.bytes_per_s else MOST_LATE)

    def carry(self, data: bytes) -> None:
        """Write it when its time has come, and not before what came earlier."""
        if data:
            self._queue(data)

    def end(self, *, reset: bool) -> None:
        """Finish in its turn, or at once where what is under way gets lost."""
        self._reset = reset
        if self.pacing.lossy:
            self.drop()
        self._queue(b"")

    def change(self, pacing: Pacing) -> None:
        """Go on otherwise, with what waits already too: what ends, ends now."""
        self.pacing, self.free = pacing, pacing.free
        waiting = [data for _, data in self._waiting]
        self.drop()
        for data in waiting:
            self._queue(data)

    def drop(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self.size, self._busy_until_s = 0, 0.0
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _queue(self, data: bytes) -> None:
        """Wait with it for its turn; nothing (b"") is the end."""
        if self.free and not self._waiting:
            self._out(data)
            return
        for piece in self._pieces(data):
            self._waiting.append((self._due_s(len(piece)), piece))
            self.size += len(piece)
        self._arm()

    def _pieces(self, data: bytes) -> list[bytes]:
        step = int(self.pacing.bytes_per_s * GRAIN_S) or 1
        if not self.pacing.bytes_per_s or len(data) <= step:
            return [data]
        return [data[begin : begin + step] for begin in range(0, len(data), step)]

    def _due_s(self, length: int) -> float:
        now_s = asyncio.get_running_loop().time()
        if self.pacing.bytes_per_s:
            self._busy_until_s = max(self._busy_until_s, now_s) + length / self.pacing.bytes_per_s
        return max(self._busy_until_s, now_s) + self.pacing.delay_s

    def _arm(self) -> None:
        if self._waiting and self._timer is None and not self.pacing.cut:
            self._timer = asyncio.get_running_loop().call_at(self._waiting[0][0], self._pass_due)

    def _pass_due(self) -> None:
        self._timer = None
        now_s = asyncio.get_running_loop().time()
        while self._waiting and self._waiting[0][0] <= now_s:
            _, data = self._waiting.popleft()
            self.size -= len(data)
            self._out(data)
        self._arm()
        self._sent()

    def _out(self, data: bytes) -> None:
        if data:
            self._write(data)
        else:
            self._finish(self._reset)
