"""Promises about speed: indexed patterns are fast, they are most of what is asked, and each index is worth it."""

import pytest

from drill.checks.load import index_saves, index_utilisation, p95_within
from scenarios.optimisation import INDEXED

pytestmark = [pytest.mark.aurora, pytest.mark.phase3]


@pytest.fixture(scope="module", params=[INDEXED], ids=str)
def history(request, observe_load):
    """Every pattern under load, then executed with and without its indexes; every promise judges the same evidence."""
    return observe_load(request.param)


def test_indexed_patterns_are_fast(judge, objectives, own_p95_ms):
    """Of each pattern nineteen of twenty requests are answered in time, from when they were due."""
    assert judge(p95_within(1000 * objectives.latency_p95, own_ms=own_p95_ms))


def test_indexes_are_used(judge):
    """More than nine of ten executed statements find their rows by an index: plans say so, and counters agree."""
    assert judge(index_utilisation(minimum=0.9))


@pytest.mark.usefixtures("shop")
def test_indexes_save_time(judge):
    """Taken away and given back, each index saves most of the time of the patterns it serves."""
    assert judge(index_saves(minimum=0.6))
