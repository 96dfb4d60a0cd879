"""Promises about speed: patterns are fast, they find their items by a key, and each key is worth it."""

import pytest

from drill.checks.tables import key_saves, reads_answered_within, reads_go_by_key
from scenarios.items.modelling import INDEXED

pytestmark = [pytest.mark.dynamodb, pytest.mark.phase3]


@pytest.fixture(scope="module", params=[INDEXED], ids=str)
def history(request, observe_items):
    """Every pattern under load; every promise judges the same evidence."""
    return observe_items(request.param)


def test_reads_by_key_are_fast(judge, objectives, item_p95_ms):
    """Of each pattern nineteen of twenty reads come back in time, from when they were sent."""
    assert judge(reads_answered_within(1000 * objectives.latency_p95, own_ms=item_p95_ms))


def test_keys_are_used(judge):
    """More than nine of ten items that are read come back by a key."""
    assert judge(reads_go_by_key(minimum=0.9))


def test_keys_save_reading(judge):
    """Each pattern pays a fraction of what a Scan would."""
    assert judge(key_saves(minimum=0.6))
