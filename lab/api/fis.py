"""FIS that carries out what it is asked: moto keeps templates, tags and tokens; experiments happen for real.

Seam: moto makes one `FISResponse` per request and calls its method named after the action. `LabFIS` replaces
those that check a template, start, stop or tell of an experiment, and adds the two that moto lacks, ListActions
and GetAction. What moto records of an experiment (its id, targets, tags) is kept; how it stands is told by
lab/api/experiment.py.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from moto.core.exceptions import JsonRESTError
from moto.fis.exceptions import ResourceNotFoundException
from moto.fis.responses import FISResponse

from lab.api.action import Action
from lab.api.template import Runs, mistake


class LabFIS(FISResponse):  # type: ignore[misc]  # mypy skips moto
    """Answers one request to FIS; subclassed once per server with its `runs`."""

    runs: ClassVar[Runs[Any]]

    def create_experiment_template(self) -> str:
        """Keep a template that could be carried out."""
        self._check(self._get_param("actions") or {}, self._get_param("targets") or {})
        with self.runs.lock:
            return str(super().create_experiment_template())

    def update_experiment_template(self) -> str:
        """Keep a change after which it could still be carried out."""
        with self.runs.lock:
            kept = self.fis_backend.get_experiment_template(self._get_param("id"))
            actions, targets = self._get_param("actions"), self._get_param("targets")
            self._check(
                kept["actions"] if actions is None else actions,
                kept["targets"] if targets is None else targets,
            )
            return str(super().update_experiment_template())

    def start_experiment(self) -> str:
        """Begin in the background; the same clientToken again gives the same experiment."""
        with self.runs.lock:
            recorded = json.loads(super().start_experiment())["experiment"]
            begin = recorded["id"] not in self.runs
            if begin:
                self.runs.add(recorded)
            answer = self._told(recorded)
            if begin:
                self.runs.start(recorded["id"])
        return json.dumps({"experiment": answer})

    def get_experiment(self) -> str:
        """Tell how it stands now."""
        return json.dumps({"experiment": self._told(self._recorded(self._get_param("id")))})

    def list_experiments(self) -> str:
        """Tell how all stand now, with their tags."""
        with self.runs.lock:  # one that is being started is recorded before it has a run
            answer = json.loads(super().list_experiments())
            for each in answer["experiments"]:
                each["state"] = self.runs[each["id"]].told()["state"]
        return json.dumps(answer)

    def stop_experiment(self) -> str:
        """Ask for its end; it says `stopped` once everything is undone."""
        recorded = self._recorded(self._get_param("id"))
        self.runs[recorded["id"]].stop()
        return json.dumps({"experiment": self._told(recorded)})

    def list_actions(self) -> str:
        """Tell what can be done here."""
        shown = [self._action(each) for each in self.runs.actions.values()]
        for each in shown:
            del each["parameters"]
        return json.dumps({"actions": shown})

    def get_action(self) -> str:
        """Tell what is done by that name, and with which parameters."""
        identifier = self._get_param("id")
        if identifier not in self.runs.actions:
            raise ResourceNotFoundException(f"Action {identifier} does not exist.")
        return json.dumps({"action": self._action(self.runs.actions[identifier])})

    def _action(self, action: Action[Any]) -> dict[str, Any]:
        place = f"{self.partition}:fis:{self.region}:{self.current_account}"
        return {
            "id": action.identifier,
            "arn": f"arn:{place}:action/{action.identifier}",
            "description": action.description,
            "targets": {action.target: {"resourceType": action.resource_type}},
            "parameters": {
                name: {"description": each.description, "required": False} for name, each in action.parameters.items()
            },
            "tags": {},
        }

    def _check(self, actions: dict[str, Any], targets: dict[str, Any]) -> None:
        wrong = mistake(self.runs.actions, actions, targets)
        if wrong is not None:
            raise JsonRESTError("ValidationException", wrong)

    def _recorded(self, identifier: str) -> dict[str, Any]:
        # not the backend's get_experiment, with which moto counts its own states on
        record = self.fis_backend.experiments.get(identifier)
        if record is None:
            raise ResourceNotFoundException(f"Experiment {identifier} does not exist")
        recorded: dict[str, Any] = record.to_dict(tags=self.fis_backend.list_tags_for_resource(record.arn))
        return recorded

    def _told(self, recorded: dict[str, Any]) -> dict[str, Any]:
        """Put how it and its actions stand in place of what moto makes of that."""
        now = self.runs[recorded["id"]].told()
        moving = {"state", "startTime", "endTime"}
        kept = {name: value for name, value in recorded.items() if name not in moving}
        actions = {
            name: {key: value for key, value in about.items() if key not in moving} | now["actions"][name]
            for name, about in recorded["actions"].items()
        }
        return kept | now | {"actions": actions}
