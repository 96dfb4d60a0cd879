"""What a fault is, and what it tells once it was asked for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl
import psycopg

from drill.errors import NoEffect
from drill.targets.session import DeadlinePassed, ask
from drill.targets.target import Target

EFFECT_DEADLINE_S = 30.0
GONE = re.compile(
    r"refused|reset by peer|closed the connection|SSL connection has been closed|SSL SYSCALL error|"
    r"terminating connection|starting up|shutting down|in recovery mode"
)
"""How libpq (in English, as we ask it to speak) and a server on its way down say that nobody serves here."""
LOOK_EVERY_S = 0.05


def _always() -> bool:
    return True


def _none() -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """A fault that was asked for: on which instance, how to see its own effect, and whether all of it happened.

    `confirm` returns what was seen, in words, or raises NoEffect. `over` raises FaultError when it is known that
    the rest will never happen. `moves_writer`: what was asked for is another writer, namely `heir` if one is named.

    `rows` is what the fault's own clients recorded, as rows of a history, once it is healed; None where it has none.
    `afterwards` puts away what healing left where it was, since a suite looks at it: call it when all was seen.
    `tells` is what a diagnosis must find (cause, relation, index, query, reader, ...): the truth, for checks alone.
    """

    instance: str
    confirm: Callable[[], str]
    over: Callable[[], bool] = _always
    moves_writer: bool = False
    heir: str | None = None
    rows: Callable[[], pl.DataFrame | None] = _none
    afterwards: Callable[[], None] = _none
    tells: Mapping[str, str] = field(default_factory=dict)


class Fault(Protocol):
    """Leaving the block heals. `mark` tags what the fault starts, so that it can be found after a crash."""

    def __call__(self, target: Target, *, mark: str) -> AbstractContextManager[Injection]:
        """Ask for the fault on entering, heal on leaving."""


Bound = Callable[[str], AbstractContextManager[Injection]]
"""A fault that knows its target, and waits for the mark of its run; leaving its block heals."""


def bound(fault: Fault, target: Target) -> Bound:
    """The fault on that target."""
    return lambda mark: fault(target, mark=mark)


_meanwhile: ContextVar[Callable[[], object]] = ContextVar("meanwhile", default=_none)


@contextmanager
def meanwhile(do: Callable[[], object]) -> Iterator[None]:
    """Have `do` called at every look for an effect in this block, which may last minutes; what it raises ends it."""
    before = _meanwhile.set(do)
    try:
        yield
    finally:
        _meanwhile.reset(before)


def look_on() -> None:
    """Let whoever looks on do so, in a wait for anything else than an effect; what he raises must end the wait."""
    _meanwhile.get()()


def await_effect(
    look: Callable[[], str | None],
    *,
    what: str,
    deadline_s: float = EFFECT_DEADLINE_S,
    every_s: float = LOOK_EVERY_S,
) -> str:
    """Look until something is seen, and return it; NoEffect when the deadline has passed."""
    ends_at = time.monotonic() + deadline_s
    while (seen := look()) is None:
        if time.monotonic() > ends_at:
            raise NoEffect(f"nothing was seen of {what} within {deadline_s:g} s")
        look_on()
        time.sleep(every_s)
    return seen


def started_at(target: Target, instance: str) -> object:
    """When the instance's postmaster started: another time is another life."""
    ((started,),) = ask(target.address(instance), "SELECT pg_postmaster_start_time()", deadline_s=5.0)
    return started


def gone_or_another(target: Target, instance: str, before: object) -> Callable[[], str | None]:
    """A look whether the postmaster that we knew is gone: nobody answers, or another one does.

    An answer that refuses us for another reason (our password, too many connections) is an answer of the old one.
    """
    address = target.address(instance)

    def look() -> str | None:
        try:
            ((started,),) = ask(address, "SELECT pg_postmaster_start_time()", deadline_s=1.0)
        except DeadlinePassed:
            return None
        except psycopg.OperationalError as error:
            said = str(error).strip().splitlines()[0]
            return f"{instance} is gone: {said}" if GONE.search(str(error)) else None
        return f"{instance} was started anew at {started}" if started != before else None

    return look


def silent(target: Target, instance: str) -> Callable[[], str | None]:
    """A look whether the instance accepts and answers nothing."""
    address = target.address(instance)

    def look() -> str | None:
        try:
            ask(address, "SELECT 1", deadline_s=1.0)
        except DeadlinePassed:
            return f"{instance} gives no answer within 1 s, and closes nothing"
        except psycopg.OperationalError:
            return None
        return None

    return look
