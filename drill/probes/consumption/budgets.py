"""The budgets of an account, and who hears of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from drill.probes.consumption.asking import asking
from drill.tables import typed_table

SUBJECT = "budgets"
"""Under it stand `Account`, `Budgets` (how many), and each as `Budget NAME`, in JSON.

name, type (COST, ...), period (MONTHLY, ...), limit_usd (null: in another currency, or planned), alerts: notification,
comparison, threshold, threshold_type, subscribers (how many).
"""


def budgets(client: Any, account: str) -> pl.DataFrame:
    """Table `settings` of an account's budgets; `client` is boto3's of Budgets. ProbeError where it does not answer.

    Tells of a subscriber that he is there, and never who he is.
    """
    with asking("budgets:ViewBudget"):
        pages = client.get_paginator("describe_budgets").paginate(AccountId=account)
        found = [_told(client, account, each) for page in pages for each in page.get("Budgets") or ()]
    rows: dict[str, str] = {"Account": account, "Budgets": str(len(found))}
    rows |= {f"Budget {each['name']}": json.dumps(each, sort_keys=True) for each in found}
    return typed_table("settings", [{"subject": SUBJECT, "name": name, "value": value} for name, value in rows.items()])


def _told(client: Any, account: str, budget: Mapping[str, Any]) -> dict[str, Any]:
    name, limit = budget["BudgetName"], budget.get("BudgetLimit") or {}
    same = {"AccountId": account, "BudgetName": name}
    pages = client.get_paginator("describe_notifications_for_budget").paginate(**same)
    notifications = [each for page in pages for each in page.get("Notifications") or ()]
    return {
        "name": name,
        "type": budget.get("BudgetType"),
        "period": budget.get("TimeUnit"),
        "limit_usd": float(limit["Amount"]) if limit.get("Unit") == "USD" else None,
        "alerts": [
            {
                "notification": each.get("NotificationType"),
                "comparison": each.get("ComparisonOperator"),
                "threshold": each.get("Threshold"),
                # AWS leaves it out where it is this one.
                "threshold_type": each.get("ThresholdType", "PERCENTAGE"),
                "subscribers": _subscribers(client, same, each),
            }
            for each in notifications
        ],
    }


def _subscribers(client: Any, same: Mapping[str, str], notification: Mapping[str, Any]) -> int:
    asked = {
        name: notification[name]
        for name in ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
        if name in notification
    }
    pages = client.get_paginator("describe_subscribers_for_notification").paginate(**same, Notification=asked)
    return sum(len(page.get("Subscribers") or ()) for page in pages)
