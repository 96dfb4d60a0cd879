"""boto3's own ways to try again, side by side under the same throttle: evidence for who must choose one."""

from drill.faults import items as faults
from drill.load.items.dataset import CUSTOMERS
from drill.load.items.pattern import ItemPattern
from drill.load.parameters import Between
from scenarios.items.demand import ItemDemand
from scenarios.items.item_scenario import ItemScenario

SIDE_BY_SIDE = "drill.application.dynamodb:side_by_side"
REASON = "TableReadProvisionedThroughputExceeded"
SHARE_PCT = 30


def _profile(mode: str) -> ItemPattern:
    return ItemPattern(
        name=f"customer-profile ({mode})",
        operation="get_item",
        arguments={"TableName": "<shop>", "Key": {"pk": {"S": "customer#{customer}"}, "sk": {"S": "profile"}}},
        parameters={"customer": Between(low=1, high=CUSTOMERS)},
        weight=1,
    )


MODES = ItemScenario(
    name="retries",
    fault_name="retry modes",
    story=f"{SHARE_PCT} of 100 reads are refused; boto3 tries again in standard mode and in adaptive mode",
    fault=faults.throttled(REASON, SHARE_PCT),
    demand=ItemDemand(patterns=(_profile("standard"), _profile("adaptive")), rate_per_s=60, deadline_s=2.0),
    application=SIDE_BY_SIDE,
    after_s=1.0,
)
"""One experiment for both: each pattern is asked through a client of its mode."""
