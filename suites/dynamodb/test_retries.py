"""boto3's own ways to try again, side by side under one throttle: evidence for who must choose between them."""

import pytest

from drill.checks.items import modes_side_by_side
from scenarios.items.retries import MODES

pytestmark = [pytest.mark.dynamodb, pytest.mark.phase5, pytest.mark.destructive]


@pytest.fixture(scope="module", params=[MODES], ids=str)
def history(request, observe_items):
    """Both modes meet the same throttle at the same time."""
    return observe_items(request.param)


def test_modes_side_by_side(judge):
    """Neither mode sends more than it may; calls sent, latency and goodput of each stand in the evidence."""
    assert judge(modes_side_by_side())
