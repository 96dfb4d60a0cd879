"""AWS's Fault Injection Service, as every kind of target uses it: one action an experiment, found again by its mark."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from drill.errors import FaultError, TargetError, Unsupported

if TYPE_CHECKING:
    from mypy_boto3_fis import FISClient

MARK = "drill-run"
OVER = frozenset({"completed", "stopped", "failed", "cancelled"})
"""The states of a FIS experiment that has ended."""

Asking = Callable[[str, type[TargetError | FaultError]], AbstractContextManager[None]]
"""Turns what boto3 raises within a block into one sentence; see drill.targets.boto.asking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What an action is done to: the action's own key for it, the kind of resource, and its ARNs."""

    key: str
    resource_type: str
    arns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultInjection:
    """FIS of one region, for one target; `name` is the target's in drill.toml, `what` is what it is called there."""

    client: FISClient
    name: str
    what: str
    role: str | None
    asking: Asking

    def can(self, action: str) -> bool:
        """Whether FIS lists the action."""
        with self.asking("fis:ListActions", TargetError):
            pages = self.client.get_paginator("list_actions").paginate()
            return any(each["id"] == action for page in pages for each in page["actions"])

    def require(self, action: str) -> None:
        """Unsupported where the target offers no such action, or no role to do it in."""
        if not self.can(action):
            raise Unsupported(f"the target {self.name} offers no {action} (fis:ListActions)")
        if self.role is None:
            raise Unsupported(f"{action} needs a role for FIS: set fis_role under [target.{self.name}]")

    def start(self, action: str, aim: Aim, *, parameters: Mapping[str, str], mark: str) -> str:
        """Make a template of one action, start it, and remove it again: the experiment keeps its own copy.

        One mark may have several experiments: each call begins one of its own.
        """
        token = f"{mark}-{uuid4().hex[:8]}"
        with self.asking("fis:CreateExperimentTemplate", FaultError):
            template = self.client.create_experiment_template(
                clientToken=f"{token}-template",
                description=f"drill: {action} on {self.what}",
                roleArn=str(self.role),
                stopConditions=[{"source": "none"}],
                targets={
                    "aim": {
                        "resourceType": aim.resource_type,
                        "resourceArns": list(aim.arns),
                        "selectionMode": "ALL",
                    }
                },
                actions={
                    "fault": {"actionId": action, "targets": {aim.key: "aim"}, "parameters": dict(parameters)},
                },
                tags={MARK: mark},
            )["experimentTemplate"]["id"]
        try:
            with self.asking("fis:StartExperiment", FaultError):
                started = self.client.start_experiment(
                    clientToken=token, experimentTemplateId=template, tags={MARK: mark}
                )
        finally:
            with self.asking("fis:DeleteExperimentTemplate", FaultError):
                self.client.delete_experiment_template(id=template)
        return started["experiment"]["id"]

    def state(self, experiment: str) -> tuple[str, str]:
        """GetExperiment's state."""
        with self.asking("fis:GetExperiment", FaultError):
            state = self.client.get_experiment(id=experiment)["experiment"]["state"]
        return state["status"], state.get("reason", "")

    def stop(self, experiment: str, *, deadline_s: float = 30.0) -> None:
        """StopExperiment, and wait until it says that it is over."""
        ends_at = time.monotonic() + deadline_s
        if self.state(experiment)[0] in OVER:
            return
        with self.asking("fis:StopExperiment", FaultError):
            self.client.stop_experiment(id=experiment)
        while (state := self.state(experiment))[0] not in OVER:
            if time.monotonic() > ends_at:
                raise FaultError(
                    f"the FIS experiment {experiment} is {state[0]}, {deadline_s:g} s after it was stopped"
                )
            time.sleep(0.05)
        if state[0] == "failed":
            raise FaultError(f"the FIS experiment {experiment} failed when it was stopped: {state[1]}")

    def stop_all(self, mark: str) -> int:
        """Stop every experiment of the mark that still runs; how many there were."""
        running = list(self._running(mark))
        for experiment in running:
            self.stop(experiment)
        return len(running)

    def _running(self, mark: str) -> Iterator[str]:
        with self.asking("fis:ListExperiments", FaultError):
            pages = self.client.get_paginator("list_experiments").paginate()
            listed = [each for page in pages for each in page["experiments"]]
        for each in listed:
            if each.get("tags", {}).get(MARK) == mark and each["state"]["status"] not in OVER:
                yield each["id"]


def lasting(action: str, duration_s: float) -> Mapping[str, str]:
    """The parameter that ends an action of the lab's by itself; what AWS calls an action ends when it is done.

    AWS's pause of a global table's replication lasts, too, and must be told for how long.
    """
    lasts = not action.startswith("aws:rds:")
    return {"duration": f"PT{round(duration_s)}S"} if lasts else {}
