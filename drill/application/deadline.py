"""A client-side deadline: the wait is over, and the server is asked for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from drill.targets.connection import CuttableConnection


@contextmanager
def cut_at(connection: CuttableConnection, ends_s: float) -> Iterator[None]:
    """Whatever the block awaits of the connection has ended by then (on the loop's clock), if need be by a cut.

    No asyncio.timeout: psycopg waits by asyncio.wait_for, which in Python 3.11 may swallow the cancellation when
    an answer comes in at the same moment, and whatever came next would then wait without any deadline.
    """
    timer = asyncio.get_running_loop().call_at(ends_s, connection.cut)
    try:
        yield
    finally:
        timer.cancel()
