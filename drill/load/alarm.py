"""Wake a coroutine at a moment, to some ten microseconds.

An event loop's own timers are no finer than a millisecond, which would be added to every latency that counts from
the intended start. The kernel's timerfd is exact; Python has it from 3.13 on, so that libc is asked for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, Self

CLOCK_MONOTONIC = 1
TFD_NONBLOCK = 0o4000
TFD_TIMER_ABSTIME = 1
SECOND_NS = 1_000_000_000


class Alarm(Protocol):
    """Wakes whoever waits; one at a time."""

    async def until(self, at_ns: int) -> None:
        """Return at that moment of the monotonic clock, at once when it has passed; never before it."""


@contextmanager
def alarm() -> Iterator[Alarm]:
    """The finest alarm that this machine offers; call it where a loop runs."""
    if not sys.platform.startswith("linux"):
        yield LoopAlarm()
        return
    with TimerAlarm() as timer:
        yield timer


class LoopAlarm:
    """The loop's own timers: late by up to a millisecond or two."""

    async def until(self, at_ns: int) -> None:
        """Sleep as often as it takes: a loop's timer may come a little early."""
        while (left_ns := at_ns - time.monotonic_ns()) > 0:  # noqa: ASYNC110 - the condition is time itself
            await asyncio.sleep(left_ns / SECOND_NS)


class _Moment(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Setting(ctypes.Structure):
    _fields_ = (("interval", _Moment), ("first", _Moment))


class TimerAlarm:
    """A timerfd that the loop watches."""

    def __init__(self) -> None:
        """Ask the kernel for one; OSError where it has none left."""
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._file = self._libc.timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)
        if self._file < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._rings = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._file, self._ring)

    def __enter__(self) -> Self:
        """Be ready."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the timer back."""
        asyncio.get_running_loop().remove_reader(self._file)
        os.close(self._file)

    async def until(self, at_ns: int) -> None:
        """Set the timer and wait for it."""
        if at_ns <= time.monotonic_ns():
            return
        self._rings.clear()
        setting = _Setting(_Moment(0, 0), _Moment(*divmod(at_ns, SECOND_NS)))
        if self._libc.timerfd_settime(self._file, TFD_TIMER_ABSTIME, ctypes.byref(setting), None) < 0:
            raise OSError(ctypes.get_errno(), "timerfd_settime")
        await self._rings.wait()

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._file, 8)
        self._rings.set()
