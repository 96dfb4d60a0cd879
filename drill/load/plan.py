"""What the load shall be: everything the child process needs to know, as one value.

It holds passwords. It travels to the child over stdin only: never through argv, the environment or a file.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from drill.load.pattern import Pattern
from drill.load.schedule import Step
from drill.requests import Request, Surroundings

REFERENCE = "drill.application:reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """Which application is asked what, and how often; it ends with its steps, if nobody stops it before.

    `application` names its factory as "module:attribute". `opening` is asked once, before anything is due, and not
    recorded. `transfers_per_s` come beside the patterns' `steps`,
    between accounts numbered from 1. `run` makes keys its own. More than `max_open` requests at once are not waited
    for: the load ends as limited.
    """

    surroundings: Surroundings
    application: str = REFERENCE
    patterns: tuple[Pattern, ...] = ()
    opening: tuple[Request, ...] = ()
    steps: tuple[Step, ...]
    transfers_per_s: float = 0.0
    accounts: int = 1000
    seed: int = 1
    run: str = ""
    max_open: int = 20_000

    @property
    def lasts_s(self) -> float:
        """All steps together."""
        return sum(step.lasts_s for step in self.steps)

    @property
    def patience_s(self) -> float:
        """How long a request may take that was begun in the last moment."""
        return self.surroundings.deadline_s + self.surroundings.pool_timeout_s + 1.0

    def dump(self) -> bytes:
        """One line of JSON, passwords included: for the child's stdin only."""
        return _ADAPTER.dump_json(self)

    @classmethod
    def load(cls, line: bytes) -> LoadPlan:
        """Read what `dump` wrote."""
        return _ADAPTER.validate_json(line)


_ADAPTER = TypeAdapter(LoadPlan)
