"""What faults on tables are tried on: a target of tables in memory, and one on a lab."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3

from drill.errors import Unsupported
from drill.faults import Injection
from drill.faults.items import ItemFault, ItemStage
from drill.faults.stage import BlastRadius
from drill.items import Place
from drill.journal import Journal
from drill.targets.dynamodb import Tables, TableSpec
from lab import life
from lab.life import Lab

EAST, WEST = "us-east-1", "us-west-2"
ROLE = "arn:aws:iam::123456789012:role/lab"


@dataclass(slots=True, kw_only=True)
class InMemory:
    """A target that does as it is told, and notes it; what `refuses` is raised when a fault is started."""

    name: str = "memory"
    region: str = EAST
    replica_region: str | None = WEST
    offers: bool = True
    starts_as: str = "running"
    refuses: BaseException | None = None
    stubborn: bool = False
    tables: dict[str, TableSpec] = field(default_factory=dict)
    calls: list[tuple[str, ...]] = field(default_factory=list)
    running: dict[str, str] = field(default_factory=dict)

    def describe(self, table: str, *, region: str | None = None) -> Mapping[str, Any]:  # noqa: ARG002 - as asked for
        """As CreateTable was asked for."""
        request = self.tables[table].request()
        units = request.get("ProvisionedThroughput", {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0})
        return {**request, "TableStatus": "ACTIVE", "ProvisionedThroughput": units}

    def create(self, spec: TableSpec) -> None:
        """It is there at once."""
        self.calls.append(("create", spec.name))
        self.tables[spec.name] = spec

    def delete(self, table: str) -> None:
        """It is gone at once."""
        self.calls.append(("delete", table))
        if self.stubborn:
            raise OSError("no way")
        self.tables.pop(table, None)

    def start_fault(
        self,
        action: str,
        *,
        tables: tuple[str, ...],
        duration_s: float,
        mark: str,
        parameters: Mapping[str, str] | None = None,
        region: str | None = None,  # noqa: ARG002 - its own
    ) -> str:
        """Note it."""
        if not self.offers:
            raise Unsupported(f"the target {self.name} offers no {action}")
        told = " ".join(f"{name}={value}" for name, value in (parameters or {}).items())
        self.calls.append(("start", action, *tables, mark, f"{duration_s:g}", told))
        self.running["EXP0"] = mark
        if self.refuses is not None:
            raise self.refuses
        return "EXP0"

    def fault_state(self, experiment: str, *, region: str | None = None) -> tuple[str, str]:  # noqa: ARG002
        """As it was started."""
        return self.starts_as, "there is no table"

    def stop_fault(self, experiment: str, *, region: str | None = None) -> None:  # noqa: ARG002 - its own
        """Gone, unless it is stubborn."""
        self.calls.append(("stop", experiment))
        if self.stubborn:
            raise OSError("no way")
        self.running.pop(experiment, None)

    def stop_faults(self, mark: str) -> int:
        """All of the mark."""
        found = [each for each, own in self.running.items() if own == mark]
        for each in found:
            self.stop_fault(each)
        return len(found)


def stage(folder: Path, target: Any, tables: Mapping[str, str], **changes: Any) -> ItemStage:
    """A stage on that target."""
    place = Place(region=EAST, endpoint_url=getattr(target, "endpoint_url", "http://127.0.0.1:1"), replica_region=WEST)
    made = ItemStage(
        target=target,
        place=place,
        tables=tables,
        journal=Journal(folder=folder / "journal"),
        limits=BlastRadius(connections=8, duration_s=30.0),
    )
    return replace(made, **changes)


@contextmanager
def happening(fault: ItemFault, on: ItemStage, mark: str | None = None) -> Iterator[Injection]:
    """The fault, for the length of a block."""
    with fault(on)(mark or uuid.uuid4().hex[:8]) as injection:
        yield injection


@contextmanager
def lab_of_tables() -> Iterator[Lab]:
    """A lab with DynamoDB alone."""
    name = f"items-{uuid.uuid4().hex[:8]}"
    lab = life.up(name, services=("dynamodb",))
    try:
        yield lab
    finally:
        life.down(name)


def target_of(lab: Lab) -> Tables:
    """The lab's tables as a target."""
    session = boto3.Session(region_name=EAST, aws_access_key_id="drill", aws_secret_access_key="drill")
    return Tables(
        name="lab", session=session, endpoint_url=lab.dynamodb_endpoint_url, replica_region=WEST, fis_role=ROLE
    )
