"""A lab with tables of its own, for faults that are carried out, and seen, for real."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill.faults.items import ItemStage
from drill.targets.dynamodb import IndexSpec, Tables, TableSpec
from tests.drill.faults.items.tables import lab_of_tables, stage, target_of

SPECS = (
    TableSpec(
        name="shop",
        indexes=(IndexSpec(name="by-status", partition_key=("status", "S"), projection="KEYS_ONLY"),),
        replicated=True,
    ),
    TableSpec(name="small", read_units=25, write_units=25),
    TableSpec(name="capped", max_read_units=40, max_write_units=40),
)


@pytest.fixture(scope="session")
def tables() -> Iterator[Tables]:
    """The tables of a lab."""
    with lab_of_tables() as lab:
        yield target_of(lab)


@pytest.fixture(scope="session")
def names(tables: Tables) -> dict[str, str]:
    """Tables of our own, by their logical names; the shop has some profiles."""
    names = {}
    for spec in SPECS:
        names[spec.name] = f"{spec.name}-{uuid.uuid4().hex[:8]}"
        tables.create(spec.named(names[spec.name]))
    for number in range(5):
        tables.client().put_item(
            TableName=names["shop"],
            Item={"pk": {"S": f"customer#{number}"}, "sk": {"S": "profile"}, "name": {"S": "x" * 300}},
        )
    return names


@pytest.fixture
def on(tables: Tables, names: dict[str, str], tmp_path: Path) -> ItemStage:
    """A stage on all of them."""
    return stage(tmp_path, tables, names)


@pytest.fixture
def shop(on: ItemStage, names: dict[str, str], tmp_path: Path) -> ItemStage:
    """A stage on the shop alone."""
    return stage(tmp_path, on.target, {"shop": names["shop"]})
