"""Work that takes its time while a fault is held: who looks on is shown how it goes all the same, and may end it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

GIVEN_UP_FOR_S = 10.0
"""How long work that nobody waits for may still take once all has been healed; a look has a deadline of its own."""


class Aside(Protocol):
    """Does work aside."""

    def __call__(self, work: Callable[[], object], look: Callable[[], object], *, every_s: float) -> None:
        """Do `work` in a thread of its own, and `look` every so often until it is done; raises what either raises."""


@contextmanager
def asides(*, given_up_for_s: float = GIVEN_UP_FOR_S) -> Iterator[Aside]:
    """Whoever works aside; where a look raised, nobody waits for the work but the end of this block, for a while."""
    threads: list[threading.Thread] = []

    def aside(work: Callable[[], object], look: Callable[[], object], *, every_s: float) -> None:
        failed: list[BaseException] = []

        def do() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - raised by whoever waits for it
                failed.append(error)

        # A daemon, so that one that hangs does not keep the process from ending.
        thread = threading.Thread(target=do, name="drill-aside", daemon=True)
        threads.append(thread)
        thread.start()
        while thread.is_alive():
            look()
            thread.join(every_s)
        if failed:
            raise failed[0]

    try:
        yield aside
    finally:
        for thread in threads:
            thread.join(given_up_for_s)
