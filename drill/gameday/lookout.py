"""Who looks at the stop alarms while experiments run, and ends the one under way when one of them rings.

    a thread   asks CloudWatch once a second
    watch      is shown every glimpse of an experiment, and raises Halted, so that it heals

Who cannot see the alarms must not go on: five seconds without an answer count as one that rings.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from drill.errors import DrillError, Halted
from drill.experiment import Glimpse
from drill.gameday.alarms import Alarm, State

EVERY_S = 1.0
BLIND_S = 5.0
"""So long may CloudWatch be throttled, or away, before nobody knows any more whether an alarm rings."""
ENDS_WITHIN_S = 5.0


class Looking(Protocol):
    """What is looked at. See drill/gameday/alarms.py."""

    def look(self) -> tuple[Alarm, ...]:
        """Each alarm as it is now; DrillError where that cannot be told."""


class Lookout:
    """Once an alarm has rung it stays rung: what it rang for may come back as soon as something is broken again."""

    def __init__(
        self,
        alarms: Looking,
        *,
        every_s: float = EVERY_S,
        blind_s: float = BLIND_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look at nothing yet."""
        self._alarms = alarms
        self._every_s, self._blind_s, self._now_s = every_s, blind_s, now_s
        self._seen_s = now_s()
        self._last: tuple[Alarm, ...] = ()
        self._why = self._unseen = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stop alarms", daemon=True)

    def require_quiet(self) -> tuple[Alarm, ...]:
        """Look once, before anything is broken: Halted where one rings, DrillError where that cannot be told.

        An alarm without data is let pass, as AWS's Fault Injection Service does; it is among what is returned.
        """
        self._look()
        if self._why:
            raise Halted(self._why)
        return self._last

    def begin(self) -> None:
        """Look on, from a thread, until `end`."""
        self._seen_s = self._now_s()
        self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(ENDS_WITHIN_S)

    @property
    def why(self) -> str:
        """Why nothing more may be broken; empty where there is no reason.

        Asked anew each time, so that a thread that died or hangs is noticed, too.
        """
        unseen_s = self._now_s() - self._seen_s
        if not self._why and unseen_s > self._blind_s:
            because = f" ({self._unseen})" if self._unseen else ""
            self._why = f"the stop alarms could not be looked at for {unseen_s:.0f} s{because}"
        return self._why

    def watch(self, _: Glimpse) -> None:
        """Let the experiment go on; Halted where it may not. Asks nobody: it is shown ten times a second."""
        if self.why:
            raise Halted(self.why)

    def _run(self) -> None:
        while not self._ended.wait(self._every_s) and not self.why:
            try:
                self._look()
            except DrillError as error:
                self._unseen = str(error)

    def _look(self) -> None:
        self._last = self._alarms.look()
        self._seen_s, self._unseen = self._now_s(), ""
        ringing = [str(each) for each in self._last if each.state is State.RINGING]
        if ringing and not self._why:
            self._why = "; ".join(ringing)
