"""An application under load, its server, a fault and a clock in memory: a whole experiment in milliseconds.

Time passes only when the experiment sleeps. A request is due every 10 ms, and its answer is known at once: served in
4 ms, or slower, or refused, as the behaviour says of the moment. `did` is everything that happened, in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from drill.errors import DrillError, NoEffect, NotHealed
from drill.faults import Injection
from drill.history import SCHEMA, Anchor
from drill.load.progress import LoadProgress
from drill.tables import typed_table
from drill.targets.target import Target
from tests.drill.memory import InMemory

TICK_NS = 10_000_000
SECOND_NS = 1_000_000_000
BEGAN_NS = 10**12
REFUSED: dict[str, Any] = {"outcome": "failed", "code": "53300", "cause": "too many connections"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the application and the fault take it. The defaults are those of one that never notices.

    Under the fault: `refuses` answers nothing, `slow_ms` answers late; `recovers_s` after injection it does neither
    any more. `never_recovers`: not even after healing. The load ends with `ends_with` in the middle of the fault, or
    by itself `ends_s` after it began; it goes `silent_s` after it began; one that does not ask is none.
    The fault has no effect, does not happen to its end, or cannot be healed, where it is said so.
    """

    asks: bool = True
    is_steady: bool = True
    refuses: bool = False
    slow_ms: float = 4.0
    recovers_s: float | None = None
    never_recovers: bool = False
    ends_with: DrillError | None = None
    ends_s: float | None = None
    silent_s: float | None = None
    no_effect: str | None = None
    over_s: float = 0.0
    gives_up: DrillError | None = None
    not_healed: str | None = None
    unexamined: BaseException | None = None


HEALTHY = Behaviour()


@dataclass(kw_only=True)
class Simulation:
    """The clock, the Load, the Observer, the Fault and the target of an experiment, all in one."""

    behaviour: Behaviour = HEALTHY
    target: InMemory = field(default_factory=InMemory)
    now: int = BEGAN_NS
    injected_ns: int | None = None
    healed_ns: int | None = None
    did: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    recent: deque[tuple[int, bool]] = field(default_factory=deque)
    seen: list[tuple[str, pl.DataFrame]] = field(default_factory=list)
    working: bool = False
    told: LoadProgress = field(default_factory=LoadProgress)

    def now_ns(self) -> int:
        """A clock that never says the same twice."""
        self.now += 1_000
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass, and requests be due."""
        ends_ns = self.now + round(seconds * SECOND_NS)
        while self.now < ends_ns:
            self.now = min(ends_ns, self.now + TICK_NS)
            if self.working and self.behaviour.asks:
                self._ask()

    @property
    def passed_s(self) -> float:
        """How long it has taken."""
        return (self.now - BEGAN_NS) / SECOND_NS

    # The load.

    @contextmanager
    def load(self) -> Iterator[Simulation]:
        """Be at work for the length of a block."""
        with self._noted("load"):
            self.working = True
            try:
                yield self
            finally:
                self.working = False

    def progress(self) -> LoadProgress:
        """How it stands; raises where the load has ended."""
        if self.behaviour.ends_with and self._under_fault() and self._since_s(self.injected_ns) > 1:
            raise self.behaviour.ends_with
        while self.recent and self.recent[0][0] < self.now - SECOND_NS:
            self.recent.popleft()
        if self.behaviour.silent_s is None or self.passed_s < self.behaviour.silent_s:
            served = sum(ok for _, ok in self.recent)
            over = self.behaviour.ends_s is not None and self.passed_s >= self.behaviour.ends_s
            self.told = LoadProgress(at_ns=self.now, recent=len(self.recent), recent_ok=served, p95_ms=4.0, over=over)
        return self.told

    def stop(self) -> dict[str, pl.DataFrame]:
        """Ask nothing more; what was recorded. Raises where it has failed, as `progress` does."""
        if self.behaviour.ends_with:
            raise self.behaviour.ends_with
        self.did.append("load stops")
        self.working = False
        return {"requests": typed_table("requests", self.requests), "settings": setting("load", "rate", "100")}

    # The observer.

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look for the length of a block."""
        with self._noted("watch"):
            yield

    def look(self, moment: str) -> None:
        """Take a plan."""
        self.did.append(f"look {moment}")
        plan = {"at_ns": self.now, "moment": moment, "pattern": "p", "statement": 0, "sql": "SELECT 1", "plan": "{}"}
        self.seen.append(("plans", typed_table("plans", [plan])))

    def examine(self) -> None:
        """Audit once nobody works any more."""
        assert not self.working, "examined under load"
        self.did.append("examine")
        if self.behaviour.unexamined:
            raise self.behaviour.unexamined
        audit = {"invariant": "orders have lines", "expected": 3, "found": 3}
        self.seen.append(("audit", typed_table("audit", [audit])))
        self.seen.append(("operations", operation("auditor", self.now)))

    def tables(self) -> dict[str, pl.DataFrame]:
        """All that was seen."""
        names = dict.fromkeys(name for name, _ in self.seen)
        known = {"settings": setting("application", "client_deadline", "5s")}
        return known | {each: pl.concat([rows for name, rows in self.seen if name == each]) for each in names}

    def anchor(self) -> Anchor:
        """The clock, as it is."""
        return Anchor(monotonic_ns=self.now, wall_ns=self.now, error_ns=0)

    # The fault.

    @contextmanager
    def fault(self, target: Target, *, mark: str) -> Iterator[Injection]:
        """Do what the behaviour says, until the block is left."""
        assert (target, mark) == (self.target, "mark")
        self.did.append("inject")
        self.injected_ns = self.now
        try:
            yield Injection(
                instance="a",
                confirm=self._confirm,
                over=self._is_over,
                rows=lambda: operation("flood-1", self.now),
                afterwards=lambda: self.did.append("afterwards"),
                tells={"cause": "flood"},
            )
        finally:
            self.did.append("heal")
            if self.behaviour.not_healed:
                raise NotHealed(self.behaviour.not_healed)
            self.healed_ns = self.now

    def _confirm(self) -> str:
        self.did.append("confirm")
        if self.behaviour.no_effect:
            raise NoEffect(self.behaviour.no_effect)
        return "clients are refused"

    def _is_over(self) -> bool:
        if self.behaviour.gives_up:
            raise self.behaviour.gives_up
        return self._since_s(self.injected_ns) >= self.behaviour.over_s

    # Companions.

    @contextmanager
    def companion(self, name: str, error: DrillError | None = None) -> Iterator[Operator]:
        """Somebody beside the load."""
        with self._noted(name):
            yield Operator(name=name, at_ns=self.now, error=error)

    # What happens in a tick.

    def _ask(self) -> None:
        behaviour = self.behaviour
        suffers = self._under_fault() or (behaviour.never_recovers and self.healed_ns is not None)
        ended: dict[str, Any] = {"outcome": "ok"}
        if not behaviour.is_steady or (suffers and behaviour.refuses):
            ended = REFUSED
        latency_ns = round((behaviour.slow_ms if suffers else 4.0) * 1e6)
        when = {"due_ns": self.now, "begun_ns": self.now, "completed_ns": self.now + latency_ns}
        self.requests.append({"pattern": "order-by-id", "endpoint": "writer", "attempts": 1, **when, **ended})
        self.recent.append((self.now, ended["outcome"] == "ok"))

    def _under_fault(self) -> bool:
        if self.injected_ns is None or self.healed_ns is not None:
            return False
        recovers_s = self.behaviour.recovers_s
        return recovers_s is None or self._since_s(self.injected_ns) < recovers_s

    def _since_s(self, moment_ns: int | None) -> float:
        return 0.0 if moment_ns is None else (self.now - moment_ns) / SECOND_NS

    @contextmanager
    def _noted(self, what: str) -> Iterator[None]:
        self.did.append(f"{what} begins")
        try:
            yield
        finally:
            self.did.append(f"{what} ends")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A Companion who did one thing, or failed."""

    name: str
    at_ns: int
    error: DrillError | None = None

    def rows(self) -> pl.DataFrame:
        """It."""
        if self.error:
            raise self.error
        return operation(self.name, self.at_ns)


def operation(client: str, at_ns: int) -> pl.DataFrame:
    """One row of a history: somebody connected."""
    row: dict[str, Any] = {"client": client, "action": "connect", "outcome": "ok"}
    row |= {"invoked_ns": at_ns, "completed_ns": at_ns}
    return pl.DataFrame({name: [row.get(name)] for name in SCHEMA}, schema=SCHEMA)


def setting(subject: str, name: str, value: str) -> pl.DataFrame:
    """A table of one setting."""
    return typed_table("settings", [{"subject": subject, "name": name, "value": value}])
