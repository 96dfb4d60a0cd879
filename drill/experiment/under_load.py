"""One experiment while an application is at work: before, under the fault, and after it.

    steady state -> look -> inject -> confirm the fault's own effect -> hold, look -> heal -> after, look
                 -> stop the load -> examine what is left

The load is open-loop and goes on throughout. An application that is not served before is never made to suffer; a
fault without an effect proves nothing. However the experiment ends, the fault is healed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

import polars as pl

from drill.errors import FaultError, NotSteady, ProbeError
from drill.experiment.aside import Aside, asides
from drill.experiment.at_work import Companion, Load, Observer
from drill.experiment.glimpse import Stage, Watch, nobody
from drill.experiment.log import Log, Say
from drill.experiment.onlooker import Onlooker
from drill.experiment.unfinished import Salvage, forget, rescuing
from drill.faults import Bound, Injection
from drill.history import Action, Anchor, History, Outcome, typed
from drill.journal import Journal, Undo
from drill.tables import typed_table

LOOK_EVERY_S = 0.1
TELL_EVERY_S = 5.0
"""Nobody waits in silence for longer."""
SERVED = 0.99
"""An application is served while this share of its requests of the last second ended OK: liveness, not quality."""
SERVED_AGAIN_S = 2.0
"""It is served again for good when it was for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTiming:
    """How long each stage lasts; seconds.

    With `recovers` the fault is held until the application is served again, with `until_over` until the load has come
    to its own end, as a ramp does; any other load that ends before the experiment does is an error of ours.
    """

    steady_s: float = 4.0
    steady_deadline_s: float = 30.0
    hold_s: float = 8.0
    after_s: float = 6.0
    recovers: bool = False
    recovery_deadline_s: float = 70.0
    until_over: bool = False

    @property
    def lasts_s(self) -> float:
        """The longest that the load can be needed, should every stage take its time."""
        held_s = max(self.hold_s, self.recovery_deadline_s) if self.recovers else self.hold_s
        return self.steady_s + self.steady_deadline_s + held_s + self.after_s + ASIDE_S


ASIDE_S = 180.0
"""What confirming, healing and looking may take beside."""
FRESH_S = 1.0
"""A report that is older says nothing of now."""


def _nobody() -> tuple[AbstractContextManager[Companion], ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadExperiment:
    """Run it once with `run`; clocks and sleep are injected, so that it also runs in memory in milliseconds.

    `target` is its name in drill.toml, where the journal finds it again.
    """

    fault: Bound
    target: str
    load: Callable[[], AbstractContextManager[Load]]
    observer: Observer
    journal: Journal
    mark: str
    name: str = "none"
    companions: Callable[[], tuple[AbstractContextManager[Companion], ...]] = _nobody
    timing: LoadTiming = field(default_factory=LoadTiming)
    say: Say = lambda _: None
    watch: Watch = nobody
    salvage: Salvage = forget
    now_ns: Callable[[], int] = time.monotonic_ns
    sleep: Callable[[float], None] = time.sleep

    def run(self) -> History:
        """Make the application suffer and watch it; raises NotSteady before anything is done.

        Afterwards it raises where it could not heal, and where load or companions failed: then their silence
        proves nothing. A fault without effect ends it early, with a history that says so.
        """
        log = Log(self.now_ns)
        anchor = self.observer.anchor()
        onlooker = Onlooker(fault=self.name, watch=self.watch, now_ns=self.now_ns)
        recorded: dict[str, pl.DataFrame] = {}

        def keep() -> None:
            if recorded:
                self.salvage(self._history([log.frame()], recorded, anchor, is_whole=False))

        with rescuing(keep), asides() as aside, ExitStack() as last:
            with self.observer.watching(), self.load() as load, ExitStack() as beside:
                companions = [beside.enter_context(each) for each in self.companions()]
                with rescuing(lambda: recorded.update(load.stop())):
                    self.say("steady state")
                    onlooker.enter(Stage.STEADY)
                    self._await_steady(load, onlooker)
                    self.observer.look("before")
                    seen, told = self._break(load, log, last, onlooker, aside)
                    onlooker.enter(Stage.AFTER)
                    self._pass(self.timing.after_s, load, onlooker)
                    self.observer.look("after")
                recorded.update(load.stop())
            self.say("examining what is left")
            onlooker.enter(Stage.EXAMINE)
            self.observer.examine()
            tables = _together(recorded, self.observer.tables(), {"settings": told})
            rows = [log.frame(), *(each.rows() for each in companions), *seen, tables.pop("operations", pl.DataFrame())]
        return self._history(rows, tables, anchor)

    def _history(
        self, rows: list[pl.DataFrame], tables: Mapping[str, pl.DataFrame], anchor: Anchor, *, is_whole: bool = True
    ) -> History:
        return History.of(
            pl.concat([typed(frame) for frame in rows if frame.width]),
            anchor=anchor.widened_by(self.observer.anchor()),
            fault=self.name,
            tables=tables,
            is_whole=is_whole,
        )

    def _await_steady(self, load: Load, onlooker: Onlooker) -> None:
        try:
            self._await(
                lambda: self._is_served(load),
                load,
                onlooker,
                lasting_s=self.timing.steady_s,
                deadline_s=self.timing.steady_deadline_s + self.timing.steady_s,
            )
        except TimeoutError as error:
            state = load.progress()
            raise NotSteady(
                f"{self.target} was not in a steady state within {self.timing.steady_deadline_s:g} s, and nothing "
                f"was broken: {state.recent_ok} of {state.recent} requests of the last second were served"
            ) from error

    def _break(
        self, load: Load, log: Log, last: ExitStack, onlooker: Onlooker, aside: Aside
    ) -> tuple[list[pl.DataFrame], pl.DataFrame]:
        """Inject, hold, heal; the rows that the fault's own clients recorded, and what the fault tells of itself."""

        def show() -> None:
            self._tell(load, onlooker, 0, 0)

        with self.journal.promise(Undo.STOP_FAULTS, self.mark, target=self.target, what=self.name):
            since_ns = onlooker.injecting()
            self.say(f"injecting {self.name}")
            with self.fault(self.mark) as injection:
                last.callback(injection.afterwards)
                log.injected(injection, since_ns=since_ns)
                if log.confirm(injection, self.say, show):
                    onlooker.enter(Stage.FAULT)
                    self._hold(load, injection, log, onlooker)
                    aside(lambda: self.observer.look("during"), show, every_s=LOOK_EVERY_S)
                onlooker.enter(Stage.HEAL)
                since_ns = self.now_ns()
            log.add("fault", Action.HEAL, since_ns=since_ns, endpoint=injection.instance)
            self.say("healed")
        rows = injection.rows()
        told = [{"subject": "fault", "name": name, "value": value} for name, value in injection.tells.items()]
        return [] if rows is None else [rows], typed_table("settings", told)

    def _hold(self, load: Load, injection: Injection, log: Log, onlooker: Onlooker) -> None:
        """For as long as planned; where the application must recover by itself, until it has, or took too long."""
        since_ns, why = self.now_ns(), "it was not heard of again"
        over = False
        try:
            if self.timing.until_over:
                until_s = self.timing.hold_s + ASIDE_S
                self._await(lambda: load.progress().over, load, onlooker, lasting_s=0, deadline_s=until_s)
            else:
                self._pass(self.timing.hold_s, load, onlooker)
            if self.timing.recovers:
                self._await(
                    lambda: self._is_served(load) and injection.over(),
                    load,
                    onlooker,
                    lasting_s=SERVED_AGAIN_S,
                    deadline_s=self.timing.recovery_deadline_s - self.timing.hold_s,
                )
            over = injection.over()
        except TimeoutError:
            self.say("the application is not served again")
            why = "the application was not served again"
        except FaultError as error:
            why = str(error)
            self.say(why)
        log.add(
            "fault",
            Action.COMPLETE,
            since_ns=since_ns,
            endpoint=injection.instance,
            code=None if over else why,
            outcome=Outcome.OK if over else Outcome.FAILED,
        )

    def _is_served(self, load: Load) -> bool:
        """Whether nearly all requests of the last second ended OK; nothing is known of a load that has gone silent."""
        state = load.progress()
        fresh = self.now_ns() - state.at_ns <= FRESH_S * 1e9
        return fresh and state.recent > 0 and state.recent_ok >= SERVED * state.recent

    def _await(
        self, condition: Callable[[], bool], load: Load, onlooker: Onlooker, *, lasting_s: float, deadline_s: float
    ) -> None:
        """Until the condition has held for so long on end; TimeoutError after the deadline."""
        began_ns = told_ns = self.now_ns()
        since_ns: int | None = None
        while True:
            now_ns = self.now_ns()
            since_ns = (since_ns or now_ns) if condition() else None
            if since_ns is not None and now_ns - since_ns >= lasting_s * 1e9:
                return
            if now_ns - began_ns > deadline_s * 1e9:
                raise TimeoutError
            told_ns = self._tell(load, onlooker, now_ns, told_ns)
            self.sleep(LOOK_EVERY_S)

    def _pass(self, seconds: float, load: Load, onlooker: Onlooker) -> None:
        """Let the application go on for so long; raises where the load has ended."""
        began_ns = told_ns = self.now_ns()
        while (now_ns := self.now_ns()) < began_ns + round(seconds * 1e9):
            told_ns = self._tell(load, onlooker, now_ns, told_ns)
            self.sleep(LOOK_EVERY_S)

    def _tell(self, load: Load, onlooker: Onlooker, now_ns: int, told_ns: int) -> int:
        """Show how it goes, and say so now and then; when it was said last."""
        state = load.progress()
        unserved = state.recent - state.recent_ok
        onlooker.look(
            rates_per_s={"requests": float(state.recent_ok)},
            failing=f"{unserved} of {state.recent} requests not served" if unserved else "",
            p95_ms=state.p95_ms,
        )
        if state.over and not self.timing.until_over:
            raise ProbeError("the load came to its end before the experiment did; what was seen is no whole experiment")
        if now_ns - told_ns < TELL_EVERY_S * 1e9:
            return told_ns
        p95 = "" if state.p95_ms is None else f", p95 {state.p95_ms:,.1f} ms"
        self.say(f"{state.recent:,} requests/s, {state.recent - state.recent_ok} not served{p95}")
        return now_ns


def _together(*found: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """All tables; what several recorded of the same kind is one table."""
    pieces: dict[str, list[pl.DataFrame]] = {}
    for name, rows in (each for tables in found for each in tables.items()):
        pieces.setdefault(name, []).append(rows)
    return {name: pl.concat(rows) for name, rows in pieces.items()}
