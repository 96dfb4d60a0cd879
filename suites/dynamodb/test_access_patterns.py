"""Promises about the data model: what is asked for is found by a key, fast, and no index is for nothing."""

import pytest

from drill.checks.tables import (
    item_sizes_within,
    key_saves,
    keys_spread_the_load,
    no_over_projection,
    no_unused_table_index,
    read_amplification_within,
    reads_answered_within,
    reads_go_by_key,
    served_by_key,
)
from scenarios.items.modelling import ACCESS_PATTERNS

pytestmark = [pytest.mark.dynamodb]


@pytest.fixture(scope="module", params=[ACCESS_PATTERNS], ids=str)
def history(request, observe_items):
    """Every pattern is asked for; every promise judges the same evidence."""
    return observe_items(request.param)


@pytest.mark.phase2
def test_every_pattern_is_served_by_a_key(judge):
    """Whatever is asked for is fetched, neither scanned for nor filtered out of more."""
    assert judge(served_by_key())


@pytest.mark.phase2
def test_little_is_read_for_what_comes_back(judge):
    """Nobody pays for items, or parts of them, that he does not get."""
    assert judge(read_amplification_within(items=1.5, units=2.0))


@pytest.mark.phase2
def test_keys_spread_the_load(judge):
    """No key is the one that throttles first when the load grows."""
    assert judge(keys_spread_the_load())


@pytest.mark.phase2
def test_no_index_is_unused(judge):
    """An index that no pattern reads costs every write, and storage."""
    assert judge(no_unused_table_index())


@pytest.mark.phase2
def test_no_index_holds_more_than_is_asked_for(judge):
    """What an index holds for nobody is written and stored all the same."""
    assert judge(no_over_projection())


@pytest.mark.phase2
def test_items_stay_small(judge):
    """No item is on its way to 400 KB, where writes are refused."""
    assert judge(item_sizes_within(limit_kb=40))


@pytest.mark.phase3
def test_reads_by_key_are_fast(judge, objectives, item_p95_ms):
    """Of each pattern nineteen of twenty reads come back in time, from when they were sent."""
    assert judge(reads_answered_within(1000 * objectives.latency_p95, own_ms=item_p95_ms))


@pytest.mark.phase3
def test_keys_are_used(judge):
    """More than nine of ten items that are read come back by a key."""
    assert judge(reads_go_by_key(minimum=0.9))


@pytest.mark.phase3
def test_keys_save_reading(judge):
    """Each pattern pays a fraction of what a Scan would."""
    assert judge(key_saves(minimum=0.6))
