"""Budgets that also tells who is alerted, which moto keeps and does not tell.

Seam: moto calls a response's method named after the action.
"""

from __future__ import annotations

import json

from moto.budgets.exceptions import NotFoundException
from moto.budgets.responses import BudgetsResponse


class LabBudgets(BudgetsResponse):  # type: ignore[misc]  # mypy skips moto
    """Answers one request to Budgets."""

    def describe_subscribers_for_notification(self) -> str:
        """Tell who is alerted by a notification; all on one page."""
        asked = self._get_param("Notification")
        budget = self.backend.budgets[self._get_param("AccountId")].get(self._get_param("BudgetName"))
        for each in budget.notifications if budget else ():
            if _same(each.details, asked):
                return json.dumps({"Subscribers": each.subscribers})
        raise NotFoundException("Unable to get subscribers: there is no such budget or notification.")


def _same(kept: dict[str, object], asked: dict[str, object]) -> bool:
    return all(kept.get(name) == value for name, value in asked.items() if name not in _ABOUT)


_ABOUT = frozenset({"ThresholdType", "NotificationState"})  # what a client need not repeat
