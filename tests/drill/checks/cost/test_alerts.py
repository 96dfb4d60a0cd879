"""Who is told: budgets with alerts, alarms with actions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drill.checks.cost import budget_with_alert_exists, consumption_is_watched
from drill.verdict import Ruling
from tests.drill.checks.load.stories import LoadStory
from tests.drill.costs.bills import alarm, cluster, home, on_demand, setting

ALERT = {"comparison": "GREATER_THAN", "threshold": 80.0, "threshold_type": "PERCENTAGE", "subscribers": 1}
SCALES = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:resource/dynamodb/table/orders"
GOOD = {"name": "drill-lab", "type": "COST", "period": "MONTHLY", "limit_usd": 500.0, "alerts": [ALERT]}


def budgeted(*budgets: dict[str, Any]) -> LoadStory:
    """What the Budgets API told."""
    story = setting(home(), "budgets", Account="123456789012", Budgets=str(len(budgets)))
    return setting(story, "budgets", **{f"Budget {each['name']}": json.dumps(each) for each in budgets})


def test_a_budget_with_an_alert_holds() -> None:
    """That comes in time, to somebody."""
    verdict = budget_with_alert_exists(500)(budgeted(GOOD).told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured == {"budget_usd_per_month": 500.0, "alerts": 1}


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"alerts": []}, "has no alert"),
        ({"alerts": [ALERT | {"subscribers": 0}]}, "subscribed"),
        ({"alerts": [ALERT | {"threshold": 120.0}]}, "at 100 % or less"),
        ({"alerts": [ALERT | {"comparison": "LESS_THAN"}]}, "at 100 % or less"),
        ({"alerts": [ALERT | {"threshold": 600.0, "threshold_type": "ABSOLUTE_VALUE"}]}, "at 100 % or less"),
        ({"period": "ANNUALLY"}, "no monthly budget"),
        ({"type": "USAGE"}, "no monthly budget"),
        ({"limit_usd": None}, "no monthly budget"),
        ({"limit_usd": 5000.0}, "of 500.00 that are meant"),
    ],
)
def test_a_budget_that_tells_nobody_breaks(change: dict[str, Any], because: str) -> None:
    """And the command that makes a good one stands beside it."""
    verdict = budget_with_alert_exists(500)(budgeted(GOOD | change).told())
    assert verdict.ruling is Ruling.BROKEN
    assert because in verdict.because
    assert verdict.evidence[0].startswith("aws budgets create-budget --account-id 123456789012")


def test_no_budget_breaks_and_one_good_one_is_enough() -> None:
    """Whatever others there are."""
    assert budget_with_alert_exists()(budgeted().told()).ruling is Ruling.BROKEN
    assert budget_with_alert_exists()(budgeted(GOOD | {"name": "b", "alerts": []}, GOOD).told()).ruling is Ruling.HELD


def test_an_absolute_alert_counts_by_its_share() -> None:
    """400 of 500 USD are 80 %."""
    alert = ALERT | {"threshold": 400.0, "threshold_type": "ABSOLUTE_VALUE"}
    assert budget_with_alert_exists()(budgeted(GOOD | {"alerts": [alert]}).told()).ruling is Ruling.HELD


def test_budgets_that_nobody_asked_for_are_undecided() -> None:
    """Not asked is not none."""
    assert budget_with_alert_exists()(home().told()).ruling is Ruling.UNDECIDED


def watched() -> LoadStory:
    """A table with an alarm on each kind of units."""
    story = on_demand(home())
    return alarm(alarm(story, "orders", "ConsumedReadCapacityUnits"), "orders", "ConsumedWriteCapacityUnits")


def test_alarms_on_consumption_hold() -> None:
    """Reads and writes of every table, I/O of a cluster."""
    assert consumption_is_watched()(watched().told()).ruling is Ruling.HELD
    story = alarm(alarm(cluster(), "cluster", "VolumeReadIOPs"), "cluster", "VolumeWriteIOPs")
    assert consumption_is_watched()(story.told()).ruling is Ruling.HELD


@pytest.mark.parametrize(
    "change",
    [
        {"enabled": False},
        {"actions": []},
        {"metric": "ReadThrottleEvents"},
        {"actions": [SCALES]},
        {"comparison": "LessThanThreshold", "threshold": 1.0},
        {"dimensions": {"TableName": "orders", "GlobalSecondaryIndexName": "by-status"}},
    ],
    ids=["off", "without an action", "of something else", "scales only", "of too little", "of an index"],
)
def test_an_alarm_that_tells_nobody_breaks(change: dict[str, Any]) -> None:
    """Switched off, without an action, on something else, or one of autoscaling's own."""
    story = alarm(on_demand(home()), "orders", "ConsumedReadCapacityUnits", **change)
    verdict = consumption_is_watched()(alarm(story, "orders", "ConsumedWriteCapacityUnits").told())
    assert verdict.ruling is Ruling.BROKEN
    assert "ConsumedReadCapacityUnits of orders" in verdict.because
    assert verdict.evidence[0].startswith("aws cloudwatch put-metric-alarm --region us-east-1")


def test_an_alarm_that_scales_and_tells_holds() -> None:
    """Who is told is told, whatever else is done, and whether the comparison is known or not."""
    told: dict[str, Any] = {
        "actions": [SCALES, "arn:aws:sns:us-east-1:123456789012:me"],
        "comparison": "GreaterThanOrEqualToThreshold",
        "dimensions": {"TableName": "orders"},
    }
    story = alarm(on_demand(home()), "orders", "ConsumedReadCapacityUnits", **told)
    verdict = consumption_is_watched()(alarm(story, "orders", "ConsumedWriteCapacityUnits").told())
    assert verdict.ruling is Ruling.HELD


def test_a_table_without_alarms_breaks_beside_one_that_has_them() -> None:
    """Each for itself; the alarms of a cluster are no table's."""
    assert consumption_is_watched()(on_demand(watched(), "carts").told()).ruling is Ruling.BROKEN
    assert consumption_is_watched()(cluster().told()).ruling is Ruling.BROKEN


def test_a_cluster_that_pays_for_no_io_needs_no_alarm_on_it() -> None:
    """Then nothing of it is paid by use."""
    assert consumption_is_watched()(cluster(watched(), storage="aurora-iopt1").told()).ruling is Ruling.HELD


def test_alarms_that_nobody_asked_for_are_undecided() -> None:
    """Not asked is not none."""
    story = watched().without("settings", lambda row: row["name"] == "Alarms")
    assert consumption_is_watched()(story.told()).ruling is Ruling.UNDECIDED
    assert consumption_is_watched()(home().told()).ruling is Ruling.UNDECIDED
