"""What only a run knows, for faults on DynamoDB: which tables are its own, and how far a fault may go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from drill.errors import FaultError, Unsupported
from drill.faults.fault import Bound
from drill.faults.stage import BlastRadius
from drill.items import Place
from drill.journal import Journal
from drill.targets.dynamodb.spec import TableSpec


class Breakable(Protocol):
    """What faults need of a target with tables; `drill.targets.dynamodb.Tables` is one."""

    @property
    def name(self) -> str:
        """The name that drill.toml or the option gave it."""

    @property
    def region(self) -> str:
        """Where the tables are."""

    @property
    def replica_region(self) -> str | None:
        """Where they are, too."""

    def describe(self, table: str, *, region: str | None = None) -> Mapping[str, Any]:
        """DescribeTable's Table."""

    def create(self, spec: TableSpec) -> None:
        """Make a table, and wait until it is active."""

    def delete(self, table: str) -> None:
        """Remove a table."""

    def start_fault(
        self,
        action: str,
        *,
        tables: tuple[str, ...],
        duration_s: float,
        mark: str,
        parameters: Mapping[str, str] | None = None,
        region: str | None = None,
    ) -> str:
        """Start a fault injection experiment on the tables; its id."""

    def fault_state(self, experiment: str, *, region: str | None = None) -> tuple[str, str]:
        """Its status, as FIS says it, and the reason."""

    def stop_fault(self, experiment: str, *, region: str | None = None) -> None:
        """Stop it; one that has ended stays as it is."""

    def stop_faults(self, mark: str) -> int:
        """Stop every experiment of the mark that still runs; how many there were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStage:
    """The run's own tables, where they are, how far a fault may go, and where to note what to undo.

    `tables` maps a logical name ("shop") to the real one. `patterns` are the names of the access patterns under load.
    Where the tables are a team's own (`is_ours` is false), nothing in them may be changed. `seed` makes what a culprit
    does the same in every run.
    """

    target: Breakable
    place: Place
    tables: Mapping[str, str]
    journal: Journal
    limits: BlastRadius = field(default_factory=BlastRadius)
    patterns: tuple[str, ...] = ()
    is_ours: bool = True
    seed: int = 1

    def real(self, table: str) -> str:
        """The real name of a logical table; Unsupported where this run has none of that name."""
        try:
            return self.tables[table]
        except KeyError as error:
            known = ", ".join(sorted(self.tables)) or "none"
            raise Unsupported(f"this fault is made for the table {table}, and the run has: {known}") from error

    def require_ours(self, why: str) -> None:
        """Unsupported where the tables are a team's own."""
        if not self.is_ours:
            raise Unsupported(f"{why}, which is done to tables of our own only; the run's are a team's")

    def require_replica(self) -> str:
        """The other region; FaultError where there is none."""
        if self.target.replica_region is None:
            raise FaultError(
                f"the target {self.target.name} has no second region; set replica_region under "
                f"[target.{self.target.name}], and make the tables global"
            )
        return self.target.replica_region


ItemFault = Callable[[ItemStage], Bound]
"""A fault that is made for a run."""
