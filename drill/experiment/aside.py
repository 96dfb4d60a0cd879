"""Work that takes its time while a fault is held: who looks on is shown how it goes all the same, and may end it."""

from __future__ import annotations

import threading
from collections.abc import Callable


def aside(work: Callable[[], object], look: Callable[[], object], *, every_s: float) -> None:
    """Do `work` in a thread of its own, and `look` every so often until it is done; raises what either of them raises.

    Where `look` raises, nobody waits for the work any more: it must come to an end by itself.
    """
    failed: list[BaseException] = []

    def do() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised by whoever waits for it
            failed.append(error)

    # A daemon, so that one that hangs does not keep the process from ending.
    thread = threading.Thread(target=do, name="drill-aside", daemon=True)
    thread.start()
    while thread.is_alive():
        look()
        thread.join(every_s)
    if failed:
        raise failed[0]
