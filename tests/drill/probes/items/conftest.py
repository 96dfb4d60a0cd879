"""A lab with global tables, for probes that look at them for real."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from drill.items import Place
from drill.targets.dynamodb import Tables, TableSpec
from tests.drill.faults.items.tables import EAST, WEST, lab_of_tables, target_of


@pytest.fixture(scope="session")
def tables() -> Iterator[Tables]:
    """The tables of a lab."""
    with lab_of_tables() as lab:
        yield target_of(lab)


@pytest.fixture
def place(tables: Tables) -> Place:
    """Where they are."""
    return Place(region=EAST, endpoint_url=tables.endpoint_url, replica_region=WEST)


@pytest.fixture
def shared(tables: Tables) -> str:
    """A global table that is empty."""
    name = f"shared-{uuid.uuid4().hex[:8]}"
    tables.create(TableSpec(name=name, replicated=True))
    return name
