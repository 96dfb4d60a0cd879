"""One FIS experiment being carried out, in a thread of its own.

    pending ─> initiating ─> running ─> completed     its time is over, and what it did is undone
                   │            └─> stopping ─> stopped     by StopExperiment or the server's end; undone first
                   └─> failed                         an action could not begin; what had begun is undone

Only the experiment's own thread begins and undoes: everything is undone exactly once, whatever ends it.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lab.control import Undo

log = logging.getLogger("lab.api")

_FINISHED = frozenset({"completed", "stopped", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An action of the experiment; `duration_s` is None for what is over once `begin` has returned."""

    name: str
    begin: Callable[[], Undo | None]
    duration_s: float | None


@dataclass(slots=True, kw_only=True)
class _Active:
    step: Step
    undo: Undo
    until: float  # time.monotonic()


class Run:
    """Begins every step, ends each when its time is over, or all of them when stopped."""

    def __init__(self, steps: Sequence[Step], *, skip: bool = False) -> None:
        """Prepare; nothing is done before `start`, and with `skip` nothing at all (FIS's target preview)."""
        self._steps = steps
        self._skip = skip
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lab-experiment", daemon=True)
        self._state: dict[str, Any] = _told("pending")
        self._actions: dict[str, dict[str, Any]] = {each.name: {"state": _told("pending")} for each in steps}
        self._times: dict[str, float] = {"startTime": time.time()}
        self._active: list[_Active] = []

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Ask for its end; one that has finished stays as it is."""
        with self._lock:
            if self._state["status"] in _FINISHED:
                return
            self._state = _told("stopping")
            self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Wait until it has finished and undone everything; False if that takes longer."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def told(self) -> dict[str, Any]:
        """`state`, `startTime`, `endTime` and, by name, what FIS tells of each action: a copy."""
        with self._lock:
            actions = {name: dict(about) for name, about in self._actions.items()}
            return {"state": dict(self._state), **self._times, "actions": actions}

    def _run(self) -> None:
        self._enter("initiating")
        if self._skip:
            for each in self._steps:
                self._enter_step(each, "skipped")
            self._finish("completed")
            return
        failure = self._begin_all()
        if failure is None:
            self._enter("running")
            failure = self._last()
        else:
            failure = self._end_all("stopped") or failure
        if failure is not None:
            self._finish("failed", failure)
        else:
            self._finish("stopped" if self._stop.is_set() else "completed")

    def _begin_all(self) -> str | None:
        """Why one could not begin, or None."""
        for number, each in enumerate(self._steps):
            if self._stop.is_set():
                self._cancel(self._steps[number:])
                return None
            self._enter_step(each, "initiating")
            try:
                undo = each.begin()
            except Exception as error:  # noqa: BLE001  # whatever it is, the experiment must tell it
                reason = _reason(error, f"{each.name} could not begin")
                self._enter_step(each, "failed", reason)
                self._cancel(self._steps[number + 1 :])
                return reason
            if undo is None or each.duration_s is None:
                self._enter_step(each, "completed")
            else:
                self._enter_step(each, "running")
                self._active.append(_Active(step=each, undo=undo, until=time.monotonic() + each.duration_s))
        return None

    def _last(self) -> str | None:
        """Let each last as long as it should; why one could not be undone, or None."""
        failure = None
        while self._active:
            first = min(self._active, key=lambda each: each.until)
            if self._stop.wait(max(0.0, first.until - time.monotonic())):
                return self._end_all("stopped") or failure
            failure = self._end(first, "completed") or failure
        return failure

    def _end_all(self, status: str) -> str | None:
        """End all, the last begun first; one that cannot be undone does not keep the others."""
        failures = [self._end(each, status) for each in reversed(list(self._active))]
        return next((each for each in failures if each is not None), None)

    def _end(self, active: _Active, status: str) -> str | None:
        self._active.remove(active)
        try:
            active.undo()
        except Exception as error:  # noqa: BLE001  # whatever it is, the experiment must tell it
            reason = _reason(error, f"{active.step.name} could not be undone")
            self._enter_step(active.step, "failed", reason)
            return reason
        self._enter_step(active.step, status)
        return None

    def _cancel(self, steps: Sequence[Step]) -> None:
        for each in steps:
            self._enter_step(each, "cancelled")

    def _enter(self, status: str) -> None:
        with self._lock:
            if not self._stop.is_set():  # once stopping, it only ever stops
                self._state = _told(status)

    def _finish(self, status: str, reason: str | None = None) -> None:
        with self._lock:
            self._state = _told(status, reason)
            self._times["endTime"] = time.time()

    def _enter_step(self, step: Step, status: str, reason: str | None = None) -> None:
        with self._lock:
            about = self._actions[step.name]
            about["state"] = _told(status, reason)
            if status in {"initiating", "skipped", "cancelled"}:
                about.setdefault("startTime", time.time())
            if status not in {"initiating", "running"}:
                about["endTime"] = time.time()


def _told(status: str, reason: str | None = None) -> dict[str, Any]:
    return {"status": status, "reason": reason or f"It is {status}."}


def _reason(error: Exception, what: str) -> str:
    if isinstance(error, LabError):
        return f"{what}: {error}"
    log.error("%s", what, exc_info=error)
    return f"{what}: {type(error).__name__}: {error}"
