"""The writer is cut off from the other zones, while clients still reach it: the way to a split brain."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg

from drill.faults.fault import Injection
from drill.faults.injected import injected
from drill.targets.session import DeadlinePassed, ask
from drill.targets.target import Target

HEARD_OF = """
    SELECT (SELECT count(*) FROM pg_stat_replication WHERE reply_time > clock_timestamp() - interval '1.5 s')
         + (SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming')
"""


def partitioned_writer(target: Target, *, mark: str) -> AbstractContextManager[Injection]:
    """Cut the writer's zone off; the link is there again on healing."""
    return injected(target, "lab:partition-zone", mark=mark, effect=_unheard)


def _unheard(target: Target, writer: str) -> Callable[[], str | None]:
    """A look whether the old writer answers clients and hears nobody: receivers report every second.

    By then it may have stepped down, and must not have found a writer to receive from.
    """
    address = target.address(writer)

    def look() -> str | None:
        try:
            ((heard,),) = ask(address, HEARD_OF, deadline_s=1.0)
        except (psycopg.OperationalError, DeadlinePassed):
            return None
        return None if heard else f"{writer} answers clients, and has heard no other instance for 1.5 s"

    return look
