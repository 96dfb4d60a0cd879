"""A small shop on a real PostgreSQL, for faults that need its tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drill.load.dataset import load_shop
from drill.targets.postgres import Address
from tests.drill.faults.staging import SCHEMA
from tests.drill.probes.server import Server
from tests.drill.roles import ordinary

SCALE = 0.2


@pytest.fixture(scope="module")
def _shop(_postgres: Server) -> Iterator[Address]:
    _up(_postgres)
    address = ordinary(_postgres)
    _postgres.run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    load_shop(address, SCHEMA, scale=SCALE, seed=1, say=lambda _: None)
    yield address
    _up(_postgres)
    _postgres.run(f"DROP SCHEMA {SCHEMA} CASCADE")


@pytest.fixture
def shop(_shop: Address, postgres: Server) -> Address:  # noqa: ARG001 - it must be up
    """The way in of the role that owns the shop."""
    return _shop


def _up(server: Server) -> None:
    """Whatever the test before did to it."""
    if server.process is None:
        server.start()
