"""From patterns to requests: values are drawn anew, tables are named, and what is unknown is one line."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.errors import ConfigError
from drill.items import ItemRequest, Put
from drill.load.items.pattern import ItemPattern, PutTemplate
from drill.load.items.template import compiled, placeholders, tabled
from drill.load.items.vetting import vet
from drill.load.items.workload import item_requests
from drill.load.parameters import Between, Choice
from scenarios.items.shop import PATTERNS, READS, REGISTER, SHOP_TABLES
from tests.defects.items import scans
from tests.drill.histories import property_test

TABLES = {table.name: f"drill-7-{table.name}" for table in SHOP_TABLES}
READ = ItemPattern(
    name="read",
    operation="get_item",
    arguments={"TableName": "<shop>", "Key": {"pk": {"S": "customer#{customer}"}, "sk": {"S": "profile"}}},
    parameters={"customer": Between(low=1, high=9)},
    weight=3,
)
WRITE = ItemPattern(
    name="write",
    operation="put_item",
    arguments={"TableName": "<shop>", "Item": {"pk": {"S": "{fresh}"}, "sk": {"S": "{word}"}, "value": {"S": "{key}"}}},
    parameters={"word": Choice(values=("a", "b"))},
    weight=1,
    writes=True,
    puts=(PutTemplate(item="{fresh}|{word}"),),
)


def some(count: int, *patterns: ItemPattern, seed: int = 1, run: str = "") -> list[ItemRequest]:
    """The first requests."""
    return list(itertools.islice(item_requests(patterns or (READ, WRITE), TABLES, seed=seed, run=run), count))


def test_a_request_is_filled_in() -> None:
    """Tables by their real names, values in their places, and the same values in what it says that it puts."""
    (request,) = some(1, WRITE)
    item = request.arguments["Item"]
    assert request.arguments["TableName"] == "drill-7-shop"
    assert item["value"] == {"S": request.key}
    assert item["pk"]["S"].isdigit()
    expected = Put(table="drill-7-shop", item=f"{item['pk']['S']}|{item['sk']['S']}", value=request.key)
    assert request.puts == (expected,)
    assert (request.operation, request.reads_only) == ("put_item", False)


def test_patterns_come_by_their_weight() -> None:
    """Three reads for a write."""
    names = [each.pattern for each in some(4000)]
    assert 2.5 < names.count("read") / names.count("write") < 3.5


def test_the_same_seed_draws_the_same() -> None:
    """But for keys and fresh numbers, which are each run's own."""
    first, second = some(200, run="a"), some(200, run="b")
    assert [each.pattern for each in first] == [each.pattern for each in second]
    assert [each.arguments for each in first if each.reads_only] == [
        each.arguments for each in second if each.reads_only
    ]
    keys = {each.key for each in (*first, *second)}
    assert len(keys) == 400


def test_a_value_is_put_once() -> None:
    """No two requests write the same value of the same item."""
    puts = [put for each in some(3000, *PATTERNS, REGISTER) for put in each.puts]
    assert len({(put.item, put.value) for put in puts}) == len(puts) > 500


def test_every_pattern_of_the_shop_can_be_sent() -> None:
    """boto3's own model takes them, and most of them read."""
    for each in (*PATTERNS, REGISTER, scans()):
        vet(each, "shop")
    reading = sum(each.weight for each in READS) / sum(each.weight for each in PATTERNS)
    assert 0.7 < reading < 0.9


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"TableName": "<shoop>"}, "nothing says which table <shoop> is; known: <accounts>, <ledger>, <shop>"),
        ({"TableName": "{who}"}, "nothing says what {who} is"),
    ],
)
def test_what_nobody_knows(arguments: dict[str, Any], why: str) -> None:
    """One line that names the pattern, before anything is asked."""
    pattern = ItemPattern(name="p", operation="get_item", arguments=arguments, weight=1)
    with pytest.raises(ConfigError, match=r"pattern\.p: ") as caught:
        some(1, pattern)
    assert why in str(caught.value)


def test_no_pattern_is_no_load() -> None:
    """It is said, rather than waited for."""
    with pytest.raises(ConfigError, match="no pattern"):
        item_requests((), TABLES, seed=1)


def test_comparisons_are_no_tables() -> None:
    """An expression may say less than, and more than."""
    assert tabled("a < :b AND c > :d", {}) == "a < :b AND c > :d"
    assert tabled("<my.own-table_1>", {"my.own-table_1": "t"}) == "t"
    assert tabled({"<shop>": ["<shop>/x", 3]}, TABLES) == {"drill-7-shop": ["drill-7-shop/x", 3]}


def test_braces() -> None:
    """Two of them are one; a lone one is a mistake that is told."""
    assert compiled("{{{a}}}")({"a": 1}) == "{1}"
    assert placeholders(["{a}{{b}}", {"{c}": "{a}"}]) == ("a", "c")
    for lone in ("{", "a}", "{a.b}", "{0}", "{}"):
        with pytest.raises(ValueError, match="a lone"):
            placeholders(lone)


nested = st.recursive(
    st.sampled_from(["plain", "{a}", "x{b}y", 7, True, None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["k", "{a}", "z"]), inner, max_size=3),
    max_leaves=12,
)


def _naive(template: Any) -> Any:
    if isinstance(template, str):
        return template.replace("{a}", "1").replace("{b}", "2")
    if isinstance(template, dict):
        return {_naive(key): _naive(value) for key, value in template.items()}
    return [_naive(each) for each in template] if isinstance(template, list) else template


@property_test
@given(nested)
def test_filling_changes_places_only(template: Any) -> None:
    """However it is nested, what is no place stays as it is."""
    assert compiled(template)({"a": 1, "b": 2}) == _naive(template)
