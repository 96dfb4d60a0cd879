"""Requests come as their patterns say: as often, with their own values, and the same for the same seed."""

from __future__ import annotations

import time
from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.errors import ConfigError
from drill.load.parameters import Between, Fresh, Key
from drill.load.pattern import Pattern, dump, load, placeholders
from drill.load.workload import requests
from drill.requests import Request
from scenarios import shop
from tests.drill.histories import property_test

LOOK = Pattern(
    name="look", sql=("SELECT %(id)s, %(id)s",), parameters={"id": Between(low=1, high=99, skew=1.0)}, weight=3
)
BUY = Pattern(
    name="buy",
    sql=("INSERT INTO x VALUES (%(id)s, %(key)s)", "UPDATE y SET n = n - 1 WHERE id = %(thing)s"),
    parameters={"id": Fresh(), "key": Key(), "thing": Between(low=1, high=5)},
    weight=1,
    writes=True,
    works_s=0.25,
)


def first(count: int, *, seed: int = 1, run: str = "") -> list[Request]:
    """The first requests of a load."""
    return list(islice(requests((LOOK, BUY), seed=seed, run=run), count))


def test_patterns_come_as_often_as_they_weigh() -> None:
    """Three to one, give or take what chance allows (five standard deviations)."""
    names = Counter(each.pattern for each in first(10_000))
    assert abs(names["look"] - 7500) < 5 * (10_000 * 0.75 * 0.25) ** 0.5


def test_a_request_is_what_its_pattern_says() -> None:
    """Its statements with their own values; one that writes is for no reader."""
    looks = next(each for each in first(50) if each.pattern == "look")
    buys = next(each for each in first(50) if each.pattern == "buy")
    assert (looks.reads_only, buys.reads_only, looks.works_s, buys.works_s) == (True, False, 0.0, 0.25)
    assert [each.sql for each in buys.statements] == list(BUY.sql)
    assert [set(each.parameters) for each in buys.statements] == [{"id", "key"}, {"thing"}]
    assert buys.statements[0].parameters["key"] == buys.key


@property_test
@given(st.integers(), st.text(max_size=5))
def test_the_same_seed_makes_the_same_requests(seed: int, run: str) -> None:
    """To the last value; in another run keys and fresh ids are others, and all else is the same."""
    ours, theirs = first(30, seed=seed, run=run), first(30, seed=seed, run=run + "x")
    assert ours == first(30, seed=seed, run=run)
    assert [each.pattern for each in ours] == [each.pattern for each in theirs]
    assert not {each.key for each in ours} & {each.key for each in theirs}
    for one, other in zip(ours, theirs, strict=True):
        last = one.statements[-1].parameters
        assert last == other.statements[-1].parameters
        assert one.key != other.key


def test_another_seed_makes_other_requests() -> None:
    """In order and values."""
    assert [each.pattern for each in first(50)] != [each.pattern for each in first(50, seed=2)]


def test_keys_are_never_repeated() -> None:
    """One each, however many."""
    assert len({each.key for each in first(5000)}) == 5000


def test_the_shop_is_asked_ten_times_faster_than_any_load_needs() -> None:
    """The load's loop has better things to do: 5,000 requests a second must cost it a tenth of a core at most.

    In the process's own time, since others use this machine as well.
    """
    wanted = requests(shop.PATTERNS, seed=1)
    began = time.process_time()
    for _ in islice(wanted, 10_000):
        pass
    assert time.process_time() - began < 1.0


def test_without_a_pattern_there_is_no_load() -> None:
    """Nothing to choose from is one clear line, at once."""
    with pytest.raises(ConfigError, match="no pattern, so no load; name at least one"):
        requests((), seed=1)


def test_patterns_survive_the_way_into_another_process() -> None:
    """JSON and back."""
    for patterns in ((LOOK, BUY), shop.PATTERNS, (shop.CHECKOUT,)):
        assert load(dump(patterns)) == patterns


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT 1", ()),
        ("SELECT %(b)s, %(a)s, %(b)t", ("b", "a")),
        ("SELECT '10 %%', %(a)b", ("a",)),
        ("SELECT '%%(a)s'", ()),
    ],
)
def test_placeholders_are_those_that_psycopg_sees(sql: str, names: tuple[str, ...]) -> None:
    """Each once, in order; a doubled % is none."""
    assert placeholders(sql) == names


@pytest.mark.parametrize("sql", ["SELECT 5 % 2", "SELECT %s", "SELECT '10%'", "SELECT %(a)d", "SELECT %"])
def test_a_lone_percent_sign_is_refused(sql: str) -> None:
    """The driver would refuse it in the middle of the load."""
    with pytest.raises(ValueError, match=r"a lone % in .*; write %\(name\)s for a value, %% for a percent sign"):
        placeholders(sql)
