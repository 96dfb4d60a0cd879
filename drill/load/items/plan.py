"""What the load shall be: everything the child process needs to know, as one value; it holds no credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from drill.items import Place
from drill.load.items.pattern import ItemPattern
from drill.load.schedule import Step

REFERENCE = "drill.application.dynamodb:reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPlan:
    """Which application is asked what, and how often; it ends with its steps, if nobody stops it before.

    `application` names its factory as "module:attribute". `tables` maps the name in `<name>` to the table's real one.
    `partition_keys` maps a table's real name, or "table/index", to its partition key's attribute, for the calls'
    column `partition`; what is left out is asked for by DescribeTable when the load starts. `transfers_per_s` come
    beside the patterns' `steps`, between accounts numbered from 1. `run` makes keys its own. More than `max_open`
    requests at once are not waited for: the load ends as limited.
    """

    place: Place
    application: str = REFERENCE
    patterns: tuple[ItemPattern, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)
    partition_keys: Mapping[str, str] = field(default_factory=dict)
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
        return self.place.deadline_s + 2.0

    def dump(self) -> bytes:
        """One line of JSON: for the child's stdin."""
        return _ADAPTER.dump_json(self)

    @classmethod
    def load(cls, line: bytes) -> ItemPlan:
        """Read what `dump` wrote."""
        return _ADAPTER.validate_json(line)


_ADAPTER = TypeAdapter(ItemPlan)
