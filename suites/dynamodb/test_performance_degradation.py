"""Promises that hold while tables become slow, or dear, under load."""

import pytest

from drill.checks.items import cause_is_named, nothing_doubled, nothing_lost, trouble_is_noticed_within
from drill.checks.load import fast_again, throughput_returns
from scenarios.items.degradation import DEGRADATIONS

pytestmark = [pytest.mark.dynamodb, pytest.mark.degradation, pytest.mark.destructive]


@pytest.fixture(scope="module", params=DEGRADATIONS, ids=str)
def history(request, observe_items):
    """Each way happens once; every promise judges the same evidence."""
    return observe_items(request.param)


def test_it_is_noticed(judge, objectives):
    """Within seconds requests are seen to be slow, calls to be dear or refused, and since when is dated."""
    assert judge(trouble_is_noticed_within(objectives.notice, objective_ms=1000 * objectives.item_latency_p95))


def test_the_cause_is_named(judge, scenario):
    """Calls, and what CloudWatch counted, tell what it was, and of which partition or table."""
    assert judge(cause_is_named(scenario.cause))


def test_it_is_fast_again(judge, objectives):
    """Once it is over, nineteen of twenty requests are answered in time."""
    assert judge(fast_again(1000 * objectives.item_latency_p95))


def test_throughput_returns(judge):
    """Once it is over, as much is answered as before."""
    assert judge(throughput_returns(share=0.9))


@pytest.mark.usefixtures("item_shop")
def test_nothing_is_lost(judge):
    """Slow is not wrong: what users were told is stored is stored."""
    assert judge(nothing_lost())


@pytest.mark.usefixtures("item_shop")
def test_nothing_is_doubled(judge):
    """And it is stored once, however often it was tried."""
    assert judge(nothing_doubled())
