"""The shop's items: the same for the same seed, of the sizes that are promised, and all of them written."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from drill.errors import TargetError
from drill.load.items import dataset
from drill.load.items.dataset import account_items, load_accounts, load_shop, register_items, shop_items
from tests.drill.application.dynamodb.endpoint import Endpoint, Heard, Reply, listening, refused


def client(endpoint: Endpoint) -> Any:
    """boto3, with credentials that nobody looks at."""
    return boto3.client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=endpoint.url,
        aws_access_key_id="drill",
        aws_secret_access_key="drill",
    )


def test_the_same_seed_makes_the_same_items() -> None:
    """Profiles and four orders each, no key twice, all below 3 KB."""
    items = list(shop_items(100, seed=3))
    assert items == list(shop_items(100, seed=3)) != list(shop_items(100, seed=4))
    keys = {(each["pk"]["S"], each["sk"]["S"]) for each in (*items, *register_items())}
    assert len(keys) == 100 + 400 + 20
    sizes = [sum(len(name) + len(next(iter(value.values()))) for name, value in each.items()) for each in items]
    assert min(sizes) > 200
    assert max(sizes) < 3000


def test_everything_is_written_in_spite_of_throttles() -> None:
    """What a batch leaves out is written again; nothing is lost and nothing is written twice."""
    written: list[str] = []
    said: list[str] = []

    def half(heard: Heard) -> Reply:
        ((table, puts),) = heard.body["RequestItems"].items()
        done, left = puts[: len(puts) // 2 + 1], puts[len(puts) // 2 + 1 :]
        written.extend(each["PutRequest"]["Item"]["account"]["N"] for each in done)
        return 200, {"UnprocessedItems": {table: left} if left else {}}

    with listening(half) as endpoint:
        load_accounts(client(endpoint), "accounts", 60, say=said.append)
    assert sorted(map(int, written)) == list(range(1, 61))
    assert said[0].startswith("accounts: 60 items written in ")
    assert {each["balance"]["N"] for each in account_items(3)} == {"1000"}


def test_a_table_that_refuses_is_one_line() -> None:
    """It is named, with what DynamoDB said."""
    with (
        listening(lambda _heard: refused("ResourceNotFoundException")) as endpoint,
        pytest.raises(TargetError, match=r"could not load the table shop: .*ResourceNotFoundException"),
    ):
        load_shop(client(endpoint), "shop", customers=2)


def test_a_table_that_is_throttled_for_good_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for without end."""
    monkeypatch.setattr(dataset, "FIRST_PAUSE_S", 0.0)
    with (
        listening(lambda heard: (200, {"UnprocessedItems": heard.body["RequestItems"]})) as endpoint,
        pytest.raises(TargetError, match="throttled 12 times in a row"),
    ):
        load_accounts(client(endpoint), "accounts", 5)
