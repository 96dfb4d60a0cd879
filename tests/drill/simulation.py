"""A cluster, its clients and its clock in memory: a whole experiment in milliseconds.

Time passes only when the experiment sleeps, in ticks of 50 ms; at each, every client does one operation. The
writer a is told to fail over, or dies; b takes over, c reads throughout, a comes back.

    t after the fault   0        0.3               2.5            5
    a                   writes   down ........................    a reader
    b                   a reader ................. writes
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from drill.history import SCHEMA, Action, Anchor, Cause, Outcome
from drill.probes.progress import WATCHED, ClientProgress, Progress, Said
from tests.drill.memory import InMemory, three

TICK_NS = 50_000_000
LATENCY_NS = 2_000_000
WRITERS, READERS = 4, 2
Row = dict[str, object]

REFUSED: Row = {"outcome": Outcome.FAILED, "cause": Cause.REFUSED}
STALE: Row = {"outcome": Outcome.FAILED, "cause": Cause.STALE_WRITER, "code": "25006"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How a cluster takes a fault; seconds after it, None: never. The defaults are those of a healthy one."""

    gives_up_s: float | None = 0.3
    promotes_s: float | None = 2.5
    rejoins_s: float | None = 5.0
    loses: int = 0
    applies_twice: bool = False
    applies_refused: bool = False
    lag_s: float = 0.0
    endpoint_follows: bool = True
    is_steady: bool = True


HEALTHY = Behaviour()


@dataclass(kw_only=True)
class Simulation:
    """The clock, the target, the Witness and the Clients of an experiment, all in one."""

    behaviour: Behaviour = HEALTHY
    now: int = 10**12
    fault_ns: int | None = None
    rows: list[Row] = field(default_factory=list)
    table: list[tuple[int, int, int]] = field(default_factory=list)
    """(stream, value, when) of every row that is there."""
    progress_of: dict[str, ClientProgress] = field(default_factory=dict)
    acknowledged: Counter[Action] = field(default_factory=Counter)
    said: dict[str, Said] = field(default_factory=dict)
    stopped: bool = False
    values: Counter[int] = field(default_factory=Counter)
    done: set[str] = field(default_factory=set)
    """The damages that happen once."""

    def __post_init__(self) -> None:
        """Let the target do to us what it is asked for."""
        self.target = InMemory(on_fail_over=lambda _: self._strike(), on_start=lambda _: self._strike())

    def _strike(self) -> None:
        self.fault_ns = self.now
        self.target.events.append((None, "Started cross AZ failover to DB instance: b"))

    # What an experiment is given.

    def now_ns(self) -> int:
        """A clock that never says the same twice."""
        self.now += 1_000
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass, and everybody work."""
        ends = self.now + round(seconds * 1e9)
        while self.now < ends:
            self.now = min(ends, self.now + TICK_NS)
            self._tick()

    @contextmanager
    def clients(self) -> Iterator[Simulation]:
        """Be at work for the length of a block."""
        yield self
        self.stopped = True

    def progress(self) -> Progress:
        """How all are doing."""
        return Progress(
            at_ns=self.now,
            acknowledged=self.acknowledged[Action.WRITE],
            reads=self.acknowledged[Action.READ],
            clients=dict(self.progress_of),
            said=dict(self.said),
        )

    def stop(self) -> pl.DataFrame:
        """What they recorded."""
        columns = {name: [row.get(name) for row in self.rows] for name in SCHEMA}
        return pl.DataFrame(columns, schema=SCHEMA)

    def missing(self) -> str | None:
        """The old writer, until it is back."""
        return None if self.fault_ns is None or self._past(self.behaviour.rejoins_s) else "a receives nothing"

    def read_back(self) -> list[pl.DataFrame]:
        """All that is there, with the header that counts it, and a digest of everybody who is up."""
        assert self.stopped, "read back while clients still write"
        server = "b" if self._writes("b") else "a"
        common = {"client": "auditor", "outcome": Outcome.OK, "invoked_ns": self.now, "completed_ns": self.now}
        readback = common | {"action": Action.READBACK, "endpoint": server, "server": server}
        found = [readback | {"value": len(self.table)}]
        found += [readback | {"key": key, "value": value} for key, value, _ in self.table]
        up = [name for name in "abc" if self._is_up(name)]
        digest = common | {"action": Action.DIGEST, "value": len(self.table)}
        return [
            pl.DataFrame(found),
            *(pl.DataFrame([digest | {"endpoint": name, "server": name}]) for name in up),
        ]

    def recorded(self) -> dict[str, pl.DataFrame]:
        """Nothing beside."""
        return {}

    def tables(self) -> dict[str, pl.DataFrame]:
        """Nothing beside."""
        return {}

    def anchor(self) -> Anchor:
        """The clock, as it is."""
        return Anchor(monotonic_ns=self.now, wall_ns=self.now, error_ns=0)

    # How the cluster stands.

    def _past(self, since_s: float | None) -> bool:
        """Whether so many seconds have passed since the fault."""
        return self.fault_ns is not None and since_s is not None and self.now - self.fault_ns >= since_s * 1e9

    def _writes(self, name: str) -> bool:
        if name == "a":
            return not self._past(self.behaviour.gives_up_s)
        return name == "b" and self._past(self.behaviour.promotes_s)

    def _is_up(self, name: str) -> bool:
        return name != "a" or self._writes("a") or self._past(self.behaviour.rejoins_s)

    def _leads_to(self) -> str:
        return "b" if self._writes("b") and self.behaviour.endpoint_follows else "a"

    # What everybody does in a tick.

    def _tick(self) -> None:
        if self._writes("b") and "promoted" not in self.done:
            self.done.add("promoted")
            self.target.members = three(writer="b")
            self.target.events.append((None, "Completed failover to DB instance: b"))
            self.table = self.table[: len(self.table) - self.behaviour.loses]
        for number in range(READERS):
            self._read(f"reader-{number}", number)
        for number in range(WRITERS):
            self._write(f"writer-{number}", number, endpoint="writer", server=self._leads_to())
        for number, name in enumerate("abc"):
            self._write(f"pinned-{name}", 100 + number, endpoint=name, server=name)
            said: Row = {"server": name, "value": int(self._writes(name))} if self._is_up(name) else REFUSED
            self._record(f"watcher-{name}", Action.OBSERVE, endpoint=name, **said)
        leads = self._leads_to()
        led: Row = {"server": leads, "value": int(self._writes(leads))} if self._is_up(leads) else REFUSED
        self._record("watcher-endpoint", Action.LOOKUP, endpoint="writer", **led)
        named = self.target.topology().writer
        self._record("watcher-api", Action.ANNOUNCE, endpoint="api", server=named, value=3)

    def _write(self, client: str, key: int, *, endpoint: str, server: str) -> None:
        self.values[key] += 1
        value = self.values[key]
        row = (key, value, self.now)
        ended: Row = {"server": server}
        if not self._is_up(server) or not self.behaviour.is_steady:
            ended = REFUSED
        elif not self._writes(server):
            ended |= STALE
        elif server == "b" or not self._writes("b"):
            self.table.append(row)
            if self._once(self.behaviour.applies_twice):
                self.table.append(row)
        if "outcome" in ended and self._once(self.behaviour.applies_refused):
            self.table.append(row)
        self._record(client, Action.WRITE, endpoint=endpoint, key=key, value=value, **ended)

    def _once(self, is_wanted: bool) -> bool:  # noqa: FBT001 - reads as a sentence
        """Whether a damage is done now: once, some time after the promotion."""
        if not is_wanted or "damage" in self.done or "promoted" not in self.done:
            return False
        self.done.add("damage")
        return True

    def _read(self, client: str, key: int) -> None:
        lag_ns = self.behaviour.lag_s * 1e9 if self.fault_ns is not None else 0
        shown = [value for stream, value, at_ns in self.table if stream == key and at_ns <= self.now - lag_ns]
        value = max(shown, default=-1)
        self._record(client, Action.READ, endpoint="reader", key=key, value=value, server="c")

    def _record(self, client: str, action: Action, **columns: object) -> None:
        row: Row = {
            "client": client,
            "action": action,
            "session": 0,
            "outcome": Outcome.OK,
            "invoked_ns": self.now - LATENCY_NS,
            "completed_ns": self.now,
        }
        self.rows.append(row | columns)
        before = self.progress_of.get(client, ClientProgress())
        ok = self.rows[-1]["outcome"] is Outcome.OK
        last_ok_ns = self.now if ok else before.last_ok_ns
        self.progress_of[client] = ClientProgress(last_ok_ns=last_ok_ns, last_ns=self.now, ok=before.ok + ok)
        self.acknowledged[action] += ok
        if ok and action in WATCHED:
            server = columns["server"] if action is Action.ANNOUNCE or columns["value"] else None
            self._hear(client, Said(asked=action, writer=server, since_ns=self.now))  # type: ignore[arg-type]

    def _hear(self, client: str, said: Said) -> None:
        if client not in self.said or self.said[client].writer != said.writer:
            self.said[client] = said
