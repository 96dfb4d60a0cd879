"""What costs too much, or is watched by nobody, turns the suite of scenario 5 red: on its own promise, and in words.

A run of pytest a row, on a lab of its own; ten seconds to half a minute each.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sabotage.rows import Row, require_noticed

pytestmark = pytest.mark.sabotage

WATCHING = ("-m", "cost and dynamodb", "-k", "TestWatching")
SPENDING = ("-m", "cost and dynamodb", "-k", "TestSpending")

ROWS = (
    Row(
        lab="no-budget",
        select=WATCHING,
        broken={"budget_with_alert_exists": r"there is no budget\naws budgets create-budget --account-id \d+ "},
    ),
    Row(
        lab="no-alarms",
        select=WATCHING,
        broken={
            "consumption_is_watched": r"nothing that tells anybody watches ConsumedReadCapacityUnits of orders\n"
            r"aws cloudwatch put-metric-alarm --region us-east-1 --alarm-name orders-ConsumedReadCapacityUnits"
        },
    ),
    Row(
        lab="oversized-table",
        select=WATCHING,
        broken={
            "nothing_oversized": r"sessions: 0\.0 % of 2000 read units used, 189\.80 USD per month\n[\s\S]*"
            r"of 2000 write units used, 949\.00 USD[\s\S]*--billing-mode PAY_PER_REQUEST",
            "capacity_model_fits": r"sessions costs 1,138\.80 USD per month provisioned; on-demand would cost 0\.00",
        },
    ),
)

STEADY_RATE = Row(
    # A tenth more at the peak than on average: a utilisation of 91 %, where 41 % is the break-even.
    costs="peak_over_average = 1.1",
    select=SPENDING,
    broken={
        "capacity_model_fits": r"-shop costs [\d.]+ USD per month on-demand; provisioned with autoscaling would "
        r"cost [\d.]+\n[\s\S]*the average is 91% of the peak, break-even at 41%"
    },
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_defect_is_noticed(row: Row, tmp_path: Path) -> None:
    """The run exits 1; the promise is broken, not undecided, the cause stands in words, and all others are held."""
    require_noticed(row, tmp_path)


def test_on_demand_at_a_steady_rate_is_noticed(tmp_path: Path) -> None:
    """What is right for a shop with peaks is wrong where drill.toml declares none: both sides stand in USD."""
    require_noticed(STEADY_RATE, tmp_path)
