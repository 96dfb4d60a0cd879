"""What is broken at the moment: one value, swapped whole, so that a fault begins and ends between two calls."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Protocol

from lab.control import Undo
from lab.dynamodb.capacity.errors import LIMITS, Billing, throttled
from lab.dynamodb.refused import Refused

EVERY = "every"


class Kind(StrEnum):
    """What a fault does to the calls that it hits."""

    THROTTLE = "throttle"
    DELAY = "delay"
    FAIL = "fail"
    DROP = "drop"
    SILENCE = "silence"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fault:
    """One thing that is broken in one region: of these tables, or of all if there are none.

    `share` is the part of the calls that is hit, 0 to 1; `applied` is the part of those that are carried out all the
    same. `ended` is set, on the event loop's thread, when it is over.
    """

    kind: Kind
    region: str
    tables: frozenset[str] = frozenset()
    share: float = 1.0
    reason: str = EVERY
    delay_s: float = 0.0
    applied: float = 0.0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    turns: Iterator[int] = field(default_factory=count)


class Facts(Protocol):
    """What must be known of a table to throttle it as AWS would."""

    def arn(self, table: str) -> str:
        """Its ARN."""

    def billing(self, table: str) -> Billing:
        """How it is paid for."""

    def indexes(self, table: str) -> Collection[str]:
        """Its global secondary indexes."""


class Faults:
    """All that is broken in a lab; `begin` and what it returns are for any thread, the rest is for the loop's."""

    def __init__(self, *, seed: int = 0, on_loop: Callable[[Callable[[], object]], object]) -> None:
        """Break nothing; `on_loop` has the loop's thread call something soon."""
        self.now: tuple[Fault, ...] = ()
        self._guard = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311  # a draw of lots, which must come out the same again
        self._on_loop = on_loop

    def begin(self, *faults: Fault) -> Undo:
        """Break this, all at once; what is returned ends it, once."""
        with self._guard:
            self.now = (*self.now, *faults)

        def end() -> None:
            with self._guard:
                self.now = tuple(each for each in self.now if each not in faults)
            for each in faults:
                with suppress(RuntimeError):  # the loop is closed: nobody waits there any more
                    self._on_loop(each.ended.set)

        return end

    def silent(self, region: str) -> Fault | None:
        """The fault by which the whole region says nothing, or None."""
        for each in self.now:
            if each.kind is Kind.SILENCE and not each.tables and each.region == region:
                return each
        return None

    def hit(self, region: str, tables: Collection[str]) -> list[Fault]:
        """The faults that this call meets, lots having been drawn, but throttles: those are drawn for each item."""
        return [
            each
            for each in self.now
            if each.region == region
            and each.kind not in {Kind.THROTTLE, Kind.PAUSE}
            and not each.tables.isdisjoint(tables)
            and self.drawn(each.share)
        ]

    def drawn(self, share: float) -> bool:
        """Whether a lot of this share is drawn."""
        return share >= 1 or (share > 0 and self._random.random() < share)

    def paused(self, region: str, table: str) -> bool:
        """Whether nothing is replicated to and from this region: told to, or as a region that does not answer."""
        return any(
            each.region == region
            and ((each.kind is Kind.PAUSE and table in each.tables) or (each.kind is Kind.SILENCE and not each.tables))
            for each in self.now
        )

    def refuse(self, region: str, facts: Facts, kind: str, table: str, index: str | None) -> Refused | None:
        """Why this item of a call is throttled, or None; `kind` is read or write, `index` the index that is read."""
        for each in self.now:
            if each.kind is not Kind.THROTTLE or each.region != region or table not in each.tables:
                continue
            fitting = list(_fitting(each.reason, kind, index, facts.indexes(table)))
            if fitting and self.drawn(each.share):
                reason, of_index = fitting[next(each.turns) % len(fitting)]
                resource = f"{facts.arn(table)}/index/{of_index}" if of_index else facts.arn(table)
                return throttled(reason, resource, facts.billing(table))
        return None


def _fitting(asked: str, kind: str, index: str | None, indexes: Collection[str]) -> Iterator[tuple[str, str | None]]:
    """The reasons for which such an item can be throttled, each with the index that it is about.

    What reads a table is throttled for the table's reasons, what reads an index for the index's; what writes for the
    table's and, where there are indexes, for each of theirs.
    """
    of: list[str | None] = [index] if kind == "read" else [None, *sorted(indexes)]
    for each in of:
        for limit in LIMITS:
            reason = f"{'Index' if each else 'Table'}{kind.capitalize()}{limit}Exceeded"
            if asked in {EVERY, reason}:
                yield reason, each
