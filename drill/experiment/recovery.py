"""One experiment, from steady state to the last row read back: what it saw becomes a history, and is judged later.

    steady state -> inject -> confirm the fault's own effect -> wait for recovery -> heal
                 -> wait for redundancy -> stop the probes -> read everything back

A target that is not steady is never broken; a fault without an effect proves nothing; both leave a history
that is undecided. However the experiment ends, the fault is healed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from drill.errors import FaultError, NotSteady
from drill.experiment.behind import ALL, APPLICATIONS, behind
from drill.experiment.glimpse import Stage, Watch, nobody
from drill.experiment.log import Log, Say
from drill.experiment.onlooker import Onlooker
from drill.experiment.unfinished import Salvage, forget, rescuing
from drill.faults import Fault, Injection
from drill.history import Action, Anchor, History, Outcome, typed
from drill.journal import Journal, Undo
from drill.probes.progress import Progress
from drill.targets.target import Target

LOOK_EVERY_S = 0.1
ASK_EVERY_S = 0.5
"""How often the target is asked whether it is redundant: each time costs AWS's APIs two calls."""
TELL_EVERY_S = 5.0
"""Nobody waits in silence for longer."""
REDUNDANT_FOR_S = 1.0
"""Nothing is missing for good when nothing was for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long each stage may take, and how long what must last has to last; seconds."""

    steady_s: float = 3.0
    steady_deadline_s: float = 30.0
    recovered_s: float = 2.0
    recovery_deadline_s: float = 75.0
    redundancy_deadline_s: float = 75.0
    after_s: float = 1.0
    limit_s: float = 180.0


class Clients(Protocol):
    """The probes at work, as an experiment sees them."""

    def progress(self) -> Progress:
        """How they are doing."""

    def stop(self) -> pl.DataFrame:
        """End them; everything they recorded."""


class Witness(Protocol):
    """Who observes the target: the probes, and what only an experiment asks. See drill/probes/witness.py."""

    def clients(self) -> AbstractContextManager[Clients]:
        """The probes, for the length of a block."""

    def missing(self) -> str | None:
        """What the target still lacks of its redundancy."""

    def read_back(self) -> list[pl.DataFrame]:
        """Everything, read from the writer once the probes have stopped, and each instance's digest."""

    def recorded(self) -> Mapping[str, pl.DataFrame]:
        """What the clients recorded beside operations, once they have stopped; asks nobody."""

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """The same, and what is found in the database, by the names of drill/tables.py; asked last."""

    def anchor(self) -> Anchor:
        """One moment on both clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Run it once with `run`; clocks and sleep are injected, so that it also runs in memory in milliseconds."""

    fault: Fault
    target: Target
    witness: Witness
    journal: Journal
    mark: str
    name: str = "none"
    timing: Timing = field(default_factory=Timing)
    say: Say = lambda _: None
    watch: Watch = nobody
    salvage: Salvage = forget
    now_ns: Callable[[], int] = time.monotonic_ns
    sleep: Callable[[float], None] = time.sleep

    def run(self) -> History:
        """Break the target and watch it; raises NotSteady before anything is broken.

        Afterwards it raises where it could not heal, and where the probes failed or reached their limit: then
        their silence proves nothing. A fault without effect ends it early, with a history that says so.
        """
        ends_ns = self.now_ns() + round(self.timing.limit_s * 1e9)
        log = Log(self.now_ns)
        anchor = self.witness.anchor()
        onlooker = Onlooker(fault=self.name, watch=self.watch, now_ns=self.now_ns)
        seen: list[pl.DataFrame] = []

        def keep() -> None:
            if seen:
                self.salvage(self._history([*seen, log.frame()], self.witness.recorded(), anchor, is_whole=False))

        with rescuing(keep):
            with self.witness.clients() as clients:
                with rescuing(lambda: seen.append(clients.stop())):
                    self.say("steady state")
                    onlooker.enter(Stage.STEADY)
                    self._await_steady(clients, onlooker)
                    self._break(clients, log, ends_ns, onlooker)
                    self._await_redundancy(clients, log, ends_ns, onlooker)
                    onlooker.enter(Stage.AFTER)
                    self._pass(self.timing.after_s, clients, onlooker)
                seen.append(clients.stop())
            onlooker.enter(Stage.EXAMINE)
            self.say("reading everything back")
            found = self.witness.read_back()
            return self._history([*seen, log.frame(), *found], self.witness.tables(), anchor)

    def _history(
        self,
        frames: Iterable[pl.DataFrame],
        tables: Mapping[str, pl.DataFrame],
        anchor: Anchor,
        *,
        is_whole: bool = True,
    ) -> History:
        return History.of(
            pl.concat([typed(frame) for frame in frames if frame.width]),
            anchor=anchor.widened_by(self.witness.anchor()),
            fault=self.name,
            tables=tables,
            is_whole=is_whole,
        )

    def _await_steady(self, clients: Clients, onlooker: Onlooker) -> None:
        """Every client has ended OK of late, for a while on end; pinned ones at readers must only be alive."""
        try:
            self._await(
                lambda: not behind(clients.progress(), self.now_ns(), ALL),
                clients,
                onlooker,
                lasting_s=self.timing.steady_s,
                deadline_s=self.timing.steady_deadline_s + self.timing.steady_s,
            )
        except TimeoutError as error:
            idle = ", ".join(sorted(behind(clients.progress(), self.now_ns(), ALL))) or "some by turns"
            raise NotSteady(
                f"{self.target.name} was not in a steady state within {self.timing.steady_deadline_s:g} s, and nothing "
                f"was broken: no success for {idle}"
            ) from error

    def _break(self, clients: Clients, log: Log, ends_ns: int, onlooker: Onlooker) -> None:
        with self.journal.promise(Undo.STOP_FAULTS, self.mark, target=self.target.name, what=self.name):
            since_ns = onlooker.injecting()
            self.say(f"injecting {self.name}")
            with self.fault(self.target, mark=self.mark) as injection:
                log.injected(injection, since_ns=since_ns)
                if log.confirm(injection, self.say, lambda: onlooker.recovering(clients.progress())):
                    onlooker.enter(Stage.FAULT)
                    self._await_recovery(clients, injection, log, ends_ns, onlooker)
                onlooker.enter(Stage.HEAL)
                since_ns = self.now_ns()
            log.add("fault", Action.HEAL, since_ns=since_ns, endpoint=injection.instance)
            onlooker.healed()
            self.say("healed")

    def _await_recovery(
        self, clients: Clients, injection: Injection, log: Log, ends_ns: int, onlooker: Onlooker
    ) -> None:
        """Until all that was asked for has happened and every client succeeds again, or it has taken too long."""
        since_ns, over, why = self.now_ns(), False, "it was not heard of again"

        def recovered() -> bool:
            nonlocal over
            if behind(clients.progress(), self.now_ns(), APPLICATIONS):
                return False
            over = over or injection.over()
            return over

        try:
            self._await(
                recovered,
                clients,
                onlooker,
                lasting_s=self.timing.recovered_s,
                deadline_s=min(self.timing.recovery_deadline_s, (ends_ns - self.now_ns()) / 1e9),
            )
            self.say("every client succeeds again")
        except TimeoutError:
            over = over or self._is_over(injection)
            self.say("not every client succeeded again" if over else "what was asked for has not happened")
        except FaultError as error:
            why = str(error)
            self.say(why)
        outcome = Outcome.OK if over else Outcome.FAILED
        code = None if over else why
        log.add("fault", Action.COMPLETE, since_ns=since_ns, endpoint=injection.instance, code=code, outcome=outcome)

    def _is_over(self, injection: Injection) -> bool:
        try:
            return injection.over()
        except FaultError:
            return False

    def _await_redundancy(self, clients: Clients, log: Log, ends_ns: int, onlooker: Onlooker) -> None:
        """Look until nothing has been missing for a while, and write down each look."""
        onlooker.enter(Stage.REDUNDANCY)
        deadline_ns = min(ends_ns, self.now_ns() + round(self.timing.redundancy_deadline_s * 1e9))
        lacking: str | None = "unknown"
        whole_since_ns: int | None = None
        while self.now_ns() < deadline_ns:
            since_ns = self.now_ns()
            was, lacking = lacking, self.witness.missing()
            outcome = Outcome.FAILED if lacking else Outcome.OK
            log.add("redundancy", Action.REDUNDANT, since_ns=since_ns, endpoint="api", code=lacking, outcome=outcome)
            if lacking != was:
                self.say(f"redundancy: {lacking or 'restored'}")
            whole_since_ns = None if lacking else whole_since_ns or since_ns
            onlooker.redundant(whole_since_ns)
            if whole_since_ns is not None and since_ns - whole_since_ns >= REDUNDANT_FOR_S * 1e9:
                return
            self._pass(ASK_EVERY_S, clients, onlooker)

    def _await(
        self,
        condition: Callable[[], bool],
        clients: Clients,
        onlooker: Onlooker,
        *,
        lasting_s: float,
        deadline_s: float,
    ) -> None:
        """Until the condition has held for so long on end; TimeoutError after the deadline."""
        began_ns = told_ns = self.now_ns()
        ends_ns = began_ns + round(deadline_s * 1e9)
        since_ns: int | None = None
        while True:
            now_ns = self.now_ns()
            since_ns = (since_ns or now_ns) if condition() else None
            if since_ns is not None and now_ns - since_ns >= lasting_s * 1e9:
                return
            if now_ns > ends_ns:
                raise TimeoutError
            if now_ns - told_ns >= TELL_EVERY_S * 1e9:
                told_ns = now_ns
                self.say(f"{(now_ns - began_ns) / 1e9:.0f} s: {clients.progress().acknowledged_per_s:,.0f} writes/s")
            onlooker.recovering(clients.progress())
            self.sleep(LOOK_EVERY_S)

    def _pass(self, seconds: float, clients: Clients, onlooker: Onlooker) -> None:
        """Let the probes go on for so long."""
        ends_ns = self.now_ns() + round(seconds * 1e9)
        while self.now_ns() < ends_ns:
            onlooker.recovering(clients.progress())
            self.sleep(LOOK_EVERY_S)
