"""The price book: what it has, what it refuses, and what it says then."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.costs import break_even_utilisation, parse, read, shipped
from drill.costs.capacity_model import UnitPrices
from drill.costs.items import ITEMS
from drill.errors import ConfigError

FILE = Path("my-prices.toml")
GOOD = 'region = "us-east-1", item = "cluster io", unit = "million", usd = 0.2, date = 2026-11-22, source = "https://a"'


def book(entry: str) -> str:
    """A file with one price."""
    return f"price = [{{ {entry} }}]"


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_every_item_has_a_price(region: str) -> None:
    """The shipped book prices every item, and a few instance classes in both storage models."""
    classes = [
        f"{each}{extra}"
        for each in ("db.r6g.large", "db.r7g.large", "db.t4g.medium")
        for extra in ("", " io-optimized")
    ]
    shipped().require(region, (*ITEMS, *classes))


@pytest.mark.parametrize(
    ("item", "usd"),
    [("read request units", 0.125), ("write request units", 0.625), ("write capacity units", 0.00065)],
)
def test_prices_are_those_of_today(item: str, usd: float) -> None:
    """On-demand throughput of DynamoDB has cost half since November 2024."""
    assert shipped().price("us-east-1", item).usd == usd


def test_break_even_is_two_fifths_in_us_east() -> None:
    """At a target of 70 % provisioned capacity is cheaper above 41.3 % utilisation, for reads and for writes."""
    for reads in (True, False):
        prices = UnitPrices.of(shipped(), "us-east-1", reads=reads)
        assert break_even_utilisation(prices) == pytest.approx(0.4127, abs=1e-4)


def test_a_missing_price_names_region_item_and_remedy() -> None:
    """What is missing is one line, and says what to write where."""
    with pytest.raises(ConfigError) as refused:
        shipped().price("eu-north-1", "db.r6g.large")
    said = str(refused.value)
    assert "\n" not in said
    for word in ("eu-north-1", "db.r6g.large", "prices.toml", "[costs]", 'unit = "hour"'):
        assert word in said


def test_a_file_of_ones_own_goes_first(tmp_path: Path) -> None:
    """It replaces prices of the shipped book and adds others; the rest stays."""
    mine = tmp_path / "mine.toml"
    entries = [GOOD.replace("0.2", "0.1"), GOOD.replace("us-east-1", "eu-north-1")]
    mine.write_text(f"price = [{', '.join(f'{{ {each} }}' for each in entries)}]")
    found = read(mine)
    assert found.price("us-east-1", "cluster io").usd == 0.1
    assert found.price("eu-north-1", "cluster io").usd == 0.2
    assert found.price("us-west-2", "cluster io").usd == shipped().price("us-west-2", "cluster io").usd


def test_without_a_file_the_shipped_book_holds() -> None:
    """Nobody has to write one."""
    assert read(None) is shipped()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (book(GOOD.replace("0.2", "-0.2")), "price.0.usd: is negative"),
        (book(GOOD.replace("0.2", "inf")), "price.0.usd: is no number"),
        (book(GOOD.replace("0.2", '"0.2"')), "price.0.usd: wrong type; write a number without quotes"),
        (book(GOOD + ", currency = 1"), "price.0.currency: unknown key"),
        (book(GOOD.replace("cluster io", "cluster ios")), 'did you mean "cluster io"?'),
        (book(GOOD.replace("million", "hour")), 'is counted by the million; write unit = "million"'),
        (book(GOOD.replace("https://a", "the web")), "price.0.source: no page"),
        (book(GOOD.replace(", date = 2026-11-22", "")), "price.0.date: missing value; add date = 2026-11-22"),
        ("price = []", "price: is empty"),
        ("price = [3]", "price.0: is no price; write {"),
        ("prices = 3", 'prices: unknown key; did you mean "price"?'),
        (f"price = [{{ {GOOD} }}, {{ {GOOD} }}]", "stands there twice"),
        ("price = [", "line 1"),
    ],
)
def test_bad_input_is_one_clear_line(text: str, said: str) -> None:
    """File, key, what is wrong and what to write; and nothing of a traceback."""
    with pytest.raises(ConfigError) as refused:
        parse(text, FILE)
    assert str(refused.value).startswith(f"{FILE}: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    """A name that leads nowhere is an error, and never the shipped book."""
    with pytest.raises(ConfigError, match="is not there"):
        read(tmp_path / "none.toml")
