"""Promises about the data model: what is asked for is served by an index, and no index is there for nothing."""

import pytest

from drill.checks.load import (
    every_pattern_is_served_by_an_index,
    foreign_keys_are_indexed,
    no_duplicate_index,
    no_redundant_index,
    no_sequential_scan_on_large,
    no_unused_index,
)
from scenarios.modelling import ACCESS_PATTERNS

pytestmark = [pytest.mark.aurora, pytest.mark.phase2]


@pytest.fixture(scope="module", params=[ACCESS_PATTERNS], ids=str)
def history(request, observe_load):
    """Every pattern is asked for; every promise judges the same evidence."""
    return observe_load(request.param)


def test_every_pattern_is_served_by_an_index(judge):
    """Whatever is asked for often is found, not searched for."""
    assert judge(every_pattern_is_served_by_an_index())


def test_no_sequential_scan_on_a_large_table(judge):
    """Nobody reads ten thousand rows to find a few."""
    assert judge(no_sequential_scan_on_large())


def test_foreign_keys_are_indexed(judge):
    """Whoever deletes or changes a referenced row does not read the whole referring table."""
    assert judge(foreign_keys_are_indexed())


def test_no_index_is_unused(judge):
    """An index that nothing uses costs every write, and storage."""
    assert judge(no_unused_index())


def test_no_index_is_there_twice(judge):
    """Nor does one that another one is the same as."""
    assert judge(no_duplicate_index())


def test_no_index_begins_another(judge):
    """Nor one that a longer one makes superfluous."""
    assert judge(no_redundant_index())
