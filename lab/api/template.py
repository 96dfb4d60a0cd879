"""From a FIS template to what is done: what is wrong with it, the steps it asks for, the runs they became."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Generic

from lab.api.action import Action, W
from lab.api.experiment import Run, Step
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lab.control import Undo


def mistake(known: Mapping[str, Action[W]], actions: Mapping[str, Any], targets: Mapping[str, Any]) -> str | None:
    """Why a template could never be carried out, or None: AWS refuses it when it is created."""
    if not actions:
        return "A template needs at least one action."
    for name, asked in actions.items():
        action = known.get(asked.get("actionId", ""))
        if action is None:
            return f"Action {name}: there is no {asked.get('actionId')} here; ListActions tells what there is."
        wrong = _wrong_target(action, asked.get("targets") or {}, targets) or _wrong_parameter(
            action, asked.get("parameters") or {}
        )
        if wrong is not None:
            return f"Action {name}: {wrong}"
    return None


def _wrong_target(action: Action[W], asked: Mapping[str, str], targets: Mapping[str, Any]) -> str | None:
    if set(asked) != {action.target}:
        return f"{action.identifier} needs one target, under the key {action.target}."
    target = targets.get(asked[action.target])
    if target is None:
        return f"the template has no target {asked[action.target]}."
    if target.get("resourceType") != action.resource_type:
        return f"{action.identifier} is for {action.resource_type}, not {target.get('resourceType')}."
    return None


def _wrong_parameter(action: Action[W], given: Mapping[str, str]) -> str | None:
    for name, value in given.items():
        if name not in action.parameters:
            return f"{action.identifier} has no parameter {name}."
        wrong = action.parameters[name].wrong(value)
        if wrong is not None:
            return f"{name}: {wrong}"
    return None


class Runs(Generic[W]):
    """All experiments of a server, by id. Its `lock` keeps a token from starting two."""

    def __init__(
        self, world: W, actions: Mapping[str, Action[W]], named: Callable[[str, Sequence[str]], Sequence[str]]
    ) -> None:
        """Do these actions to that world; `named` names what ARNs of a resource type aim at, or raises LabError."""
        self.lock = threading.RLock()
        self.actions = actions
        self._world = world
        self._named = named
        self._runs: dict[str, Run] = {}
        self._closed = False

    def __contains__(self, identifier: str) -> bool:
        """Whether there is such an experiment."""
        return identifier in self._runs

    def __getitem__(self, identifier: str) -> Run:
        """Give the experiment of that id."""
        return self._runs[identifier]

    def add(self, recorded: Mapping[str, Any]) -> None:
        """Prepare what moto recorded."""
        steps = [self._step(name, asked, recorded["targets"]) for name, asked in recorded["actions"].items()]
        skip = (recorded.get("experimentOptions") or {}).get("actionsMode") == "skip-all"
        self._runs[recorded["id"]] = Run(steps, skip=skip)

    def start(self, identifier: str) -> None:
        """Begin, unless the server closes."""
        with self.lock:
            if not self._closed:
                self._runs[identifier].start()

    def close(self, timeout_s: float) -> None:
        """Stop all, and wait until all is undone; LabError names what was not in time."""
        with self.lock:
            self._closed = True
            runs = dict(self._runs)
        for each in runs.values():
            each.stop()
        deadline = time.monotonic() + timeout_s
        late = [name for name, each in runs.items() if not each.join(max(0.0, deadline - time.monotonic()))]
        if late:
            raise LabError(f"Experiments still undoing what they did after {timeout_s:g} s: {', '.join(late)}.")

    def _step(self, name: str, asked: Mapping[str, Any], targets: Mapping[str, Any]) -> Step:
        action = self.actions[asked["actionId"]]
        given = asked.get("parameters") or {}
        arns = targets[asked["targets"][action.target]].get("resourceArns") or []

        def begin() -> Undo | None:
            return action.begin(self._world, self._aimed_at(action, arns), given)

        return Step(name=name, begin=begin, duration_s=action.duration_s(given))

    def _aimed_at(self, action: Action[W], arns: list[str]) -> Sequence[str]:
        """Name what is aimed at, all of it this lab's; LabError otherwise."""
        if not arns:
            raise LabError("Target resolution returned empty set: the lab resolves resourceArns only.")
        return self._named(action.resource_type, arns)
