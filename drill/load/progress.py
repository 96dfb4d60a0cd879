"""How the load is doing, in a line every so often; the parent and the child share these words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from drill.load.recorder import Recorder

REPORT_S = 0.2
WINDOW_NS = 1_000_000_000
_DUE, _COMPLETED, _OUTCOME = 2, 4, 7
"""Places of a request's columns (drill/tables.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadProgress:
    """All requests so far, and those answered in the last second: how many, what share OK, their latency's p95.

    `over`: nothing more is asked, since every step of the plan is over.
    """

    at_ns: int = 0
    ok: int = 0
    failed: int = 0
    recent: int = 0
    recent_ok: int = 0
    p95_ms: float | None = None
    last_ok_ns: int | None = None
    over: bool = False

    def dump(self) -> dict[str, Any]:
        """As JSON knows it."""
        return asdict(self)

    @classmethod
    def load(cls, said: Mapping[str, Any]) -> LoadProgress:
        """Read what `dump` wrote; of nothing said yet: nothing done yet."""
        return cls(**said)


class Tally:
    """Sums up the last second, so that the recorder itself need not count."""

    def __init__(self, recorder: Recorder) -> None:
        """Begin at the first row."""
        self._recorder = recorder
        self._from = 0

    def sum_up(self, now_ns: int, *, over: bool = False) -> LoadProgress:
        """How it stands now."""
        recorder = self._recorder
        rows = recorder.requests
        # Rows are in the order of their completion: those that left the window never come back into it.
        while self._from < len(rows) and rows[self._from][_COMPLETED] < now_ns - WINDOW_NS:  # type: ignore[operator]
            self._from += 1
        recent = rows[self._from :]
        took = sorted(row[_COMPLETED] - row[_DUE] for row in recent)  # type: ignore[operator]
        return LoadProgress(
            at_ns=now_ns,
            ok=recorder.ok,
            failed=recorder.failed,
            recent=len(recent),
            recent_ok=sum(row[_OUTCOME] == "ok" for row in recent),
            p95_ms=took[int(0.95 * (len(took) - 1))] / 1e6 if took else None,
            last_ok_ns=recorder.last_ok_ns,
            over=over,
        )


class Reported(Protocol):
    """A load at work: drill.load.driver.Driver."""

    recorder: Recorder
    began_ns: int
    over: asyncio.Event


async def report(say: Callable[[Mapping[str, Any]], None], driver: Reported) -> None:
    """Say that it has begun, and how it goes every so often, until it is over."""
    tally = Tally(driver.recorder)
    say({"ready": driver.began_ns})
    while not driver.over.is_set():
        say({"progress": tally.sum_up(time.monotonic_ns()).dump()})
        await asyncio.sleep(REPORT_S)
    say({"progress": tally.sum_up(time.monotonic_ns(), over=True).dump()})
