"""What the faults under load are tried on: a target that is one real PostgreSQL, and a stage on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drill.faults import BlastRadius, Injection, Stage
from drill.journal import Journal
from drill.requests import Surroundings
from drill.targets.postgres import Address
from scenarios.load_scenario import LoadScenario
from tests.drill.memory import InMemory

SCHEMA = "drill_shop"


def stage(address: Address, folder: Path, *, connections: int = 100, schema: str = SCHEMA, **given: Any) -> Stage:
    """A stage at that address; `given` are surroundings."""
    return Stage(
        schema=schema,
        surroundings=Surroundings(writer=address, schema=schema, **given),
        journal=Journal(folder=folder / "journal"),
        limits=BlastRadius(connections=connections, duration_s=60.0),
    )


@contextmanager
def happening(scenario: LoadScenario, on: Stage, target: InMemory | None = None) -> Iterator[Injection]:
    """The scenario's fault, for the length of a block."""
    there = target or InMemory(at=on.surroundings.writer)
    with scenario.fault(on)(there, mark="mark") as injection:
        yield injection
