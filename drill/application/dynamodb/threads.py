"""Threads for boto3, which waits for its answers; whoever asks keeps his context, and need not wait for good."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


class NoThread(Exception):
    """All threads were busy until the deadline; nothing was done."""


class Threads:
    """So many calls at once; the others wait in line."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        """Use that pool."""
        self._pool = pool

    async def call(self, work: Callable[[], T], *, ends_s: float | None = None) -> T:
        """Its result, by `ends_s` on the monotonic clock; NoThread where it never began, TimeoutError if it goes on."""
        # An executor of one's own loses the context; the load's recorder finds in it whose call this is.
        begun = self._pool.submit(copy_context().run, work)
        answer = asyncio.wrap_future(begun)
        done, _ = await asyncio.wait({answer}, timeout=None if ends_s is None else max(0.0, ends_s - time.monotonic()))
        if done:
            return answer.result()
        if begun.cancel():
            raise NoThread
        answer.add_done_callback(_heard)
        raise TimeoutError


@contextmanager
def threads(count: int) -> Iterator[Threads]:
    """Open them for the length of a block; one that still waits for an answer is not waited for."""
    pool = ThreadPoolExecutor(count, thread_name_prefix="dynamodb")
    try:
        yield Threads(pool)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _heard(answer: asyncio.Future[T]) -> None:
    """What comes too late is of no use, an error neither."""
    if not answer.cancelled():
        answer.exception()
