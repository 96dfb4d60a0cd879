"""Promises about an application and its tables: that money is never made, whatever comes between."""

import pytest

from drill.checks.items import nothing_doubled, repeats_are_safe, tokens_are_used, transactions_are_retried
from drill.checks.load import each_transfer_once, money_is_conserved, steady_again_within
from scenarios.items.integration import TRANSACTIONS

pytestmark = [
    pytest.mark.dynamodb,
    pytest.mark.phase5,
    pytest.mark.destructive,
    pytest.mark.usefixtures("item_shop"),
]


@pytest.fixture(scope="module", params=TRANSACTIONS, ids=str)
def history(request, observe_items):
    """Money is moved once; every promise judges the same evidence."""
    return observe_items(request.param)


def test_money_is_conserved(judge):
    """What was moved is neither lost nor made."""
    assert judge(money_is_conserved())


def test_each_transfer_happens_once(judge):
    """What the application was told is done is done once; what it was told has failed is not done."""
    assert judge(each_transfer_once())


def test_nothing_is_doubled(judge):
    """No value, and no transfer, stands there twice."""
    assert judge(nothing_doubled())


def test_transactions_are_retried(judge):
    """Transactions that met another one, no capacity or no answer are tried again, and succeed."""
    assert judge(transactions_are_retried())


def test_tokens_are_used(judge):
    """Every transaction can be sent again without being done again."""
    assert judge(tokens_are_used())


def test_the_application_is_steady_again(judge, objectives):
    """Soon afterwards it is as if nothing had been."""
    assert judge(steady_again_within(objectives.steady_again, objective_ms=1000 * objectives.item_latency_p95))


def test_repeats_are_safe(judge):
    """What may have been applied is only sent again where twice is no more than once."""
    assert judge(repeats_are_safe())
