"""A region of its own for every test."""

from __future__ import annotations

import pytest

from tests.lab.dynamodb.capacity.world import World


@pytest.fixture
def world() -> World:
    """A region without tables, and without limits of the account that a test would meet by accident."""
    return World()
