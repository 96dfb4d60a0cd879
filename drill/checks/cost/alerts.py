"""Whether somebody is told before the month is over."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.words import counted
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

BUDGETS = "budgets"
"""The subject of what the Budgets API was asked; each budget stands under `Budget NAME`, in JSON."""


def budget_with_alert_exists(most_usd: float | None = None) -> Check:
    """A monthly cost budget exists, no larger than `most_usd`, with an alert at 100 % of it or less that somebody gets.

    A budget without an alert, or with one that nobody is subscribed to, tells nobody anything. Undecided where the
    Budgets API was not asked.
    """
    allowed = "" if most_usd is None else f" of {most_usd:,.2f} USD at most"

    @observation("budget_with_alert_exists", objective=f"a monthly cost budget{allowed} with an alert")
    def judged(history: History) -> Finding:
        budgets, account = _budgets(history)
        reasons = {each["name"]: _lacks(each, most_usd) for each in budgets}
        good = [each for each in budgets if not reasons[each["name"]]]
        if good:
            first = min(good, key=lambda each: float(each["limit_usd"]))
            alerts = _heard(first)
            return Finding(
                ruling=Ruling.HELD,
                because=f"budget {first['name']}: {float(first['limit_usd']):,.2f} USD a month, "
                f"{counted(len(alerts), 'alert')}, the first at {min(each['pct'] for each in alerts):g} %",
                measured={"budget_usd_per_month": float(first["limit_usd"]), "alerts": len(alerts)},
            )
        because = "; ".join(f"budget {name} {why}" for name, why in reasons.items()) or "there is no budget"
        limit = most_usd or 100.0
        return Finding(
            ruling=Ruling.BROKEN,
            because=because,
            measured={"budgets": len(budgets)},
            evidence=(_mend(account, limit),),
        )

    return judged


def _budgets(history: History) -> tuple[list[dict[str, Any]], str]:
    rows = history.tables.get("settings")
    own = None if rows is None else rows.filter(pl.col("subject").cast(pl.String) == BUDGETS)
    if own is None or own.is_empty():
        raise Undecided("the Budgets API was not asked")
    said = dict(own.select(pl.col("name").cast(pl.String), "value").iter_rows())
    found = [json.loads(value) for name, value in said.items() if name.startswith("Budget ") and value]
    return found, said.get("Account") or "ACCOUNT"


def _lacks(budget: dict[str, Any], most_usd: float | None) -> str:
    """Why it is none that one can rely on; nothing where it is."""
    if budget.get("type") != "COST" or budget.get("period") != "MONTHLY" or budget.get("limit_usd") is None:
        return "is no monthly budget of cost"
    if most_usd is not None and float(budget["limit_usd"]) > most_usd:
        return f"allows {float(budget['limit_usd']):,.2f} USD, of {most_usd:,.2f} that are meant"
    if not budget.get("alerts"):
        return "has no alert"
    return "" if _heard(budget) else "has no alert at 100 % or less that anybody is subscribed to"


def _heard(budget: dict[str, Any]) -> list[dict[str, Any]]:
    """The alerts that come in time, and to somebody; each with `pct`."""
    limit = float(budget["limit_usd"])
    found = []
    for each in budget.get("alerts", ()):
        threshold = float(each["threshold"])
        pct = threshold if each.get("threshold_type", "PERCENTAGE") == "PERCENTAGE" else 100 * threshold / limit
        if each.get("subscribers") and each.get("comparison") == "GREATER_THAN" and pct <= 100:
            found.append(each | {"pct": pct})
    return found


def _mend(account: str, limit: float) -> str:
    budget = {
        "BudgetName": "databases",
        "BudgetLimit": {"Amount": f"{limit:g}", "Unit": "USD"},
        "TimeUnit": "MONTHLY",
        "BudgetType": "COST",
    }
    alert = {
        "Notification": {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80},
        "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "you@your.example"}],
    }
    return (
        f"aws budgets create-budget --account-id {account} --budget '{json.dumps(budget)}' "
        f"--notifications-with-subscribers '{json.dumps([alert])}'"
    )
