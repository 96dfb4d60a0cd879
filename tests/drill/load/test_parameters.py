"""Values are drawn where they should be, hot ones more often, and the same for the same seed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from drill.errors import ConfigError
from drill.load.parameters import (
    KINDS,
    Between,
    Choice,
    Fresh,
    FromQuery,
    Key,
    Parameter,
    Recent,
    Value,
)
from drill.load.source import Source
from tests.drill.histories import property_test

ADAPTER: TypeAdapter[Parameter] = TypeAdapter(Parameter)
NUMBERS = st.integers(min_value=-(2**40), max_value=2**40)
SKEWS = st.sampled_from([0.0, 0.2, 0.8, 1.0, 1.5, 5.0])


def drawn(parameter: Parameter, count: int, *, seed: int = 1, run: str = "") -> list[Value]:
    """So many of its values."""
    draw = parameter.drawn_from(Source(seed=seed, run=run))
    return [draw() for _ in range(count)]


@property_test
@given(NUMBERS, st.integers(min_value=0, max_value=10**6), SKEWS, st.integers())
def test_numbers_stay_within_their_bounds(low: int, span: int, skew: float, seed: int) -> None:
    """Both bounds are possible, nothing beyond them is; the same seed draws the same."""
    for kind in (Between, Recent):
        parameter = kind(low=low, high=low + span, skew=skew)
        values = drawn(parameter, 50, seed=seed)
        assert all(isinstance(each, int) and low <= each <= low + span for each in values)
        assert values == drawn(parameter, 50, seed=seed)


@pytest.mark.parametrize("skew", [0.0, 0.8, 1.0, 1.2])
def test_both_bounds_are_drawn(skew: float) -> None:
    """No value is left out at either end."""
    for kind in (Between, Recent):
        assert set(drawn(kind(low=3, high=7, skew=skew), 2000)) == {3, 4, 5, 6, 7}


def test_hot_keys_are_hot() -> None:
    """By Zipf's law at an exponent of 1 the hottest of 20,000 gets one in fourteen; evenly nobody does."""
    hot = Counter(drawn(Between(low=1, high=20_000, skew=1.0), 20_000))
    assert 0.05 < hot[1] / 20_000 < 0.09
    assert hot[1] > hot[2] > hot[5] > hot[50]
    even = Counter(drawn(Between(low=1, high=20_000), 20_000))
    assert max(even.values()) < 20
    recent = Counter(drawn(Recent(low=1, high=20_000, skew=1.0), 20_000))
    assert recent[20_000] == hot[1]


def test_a_choice_is_one_of_its_values() -> None:
    """Evenly, or the first ones more often."""
    values = ("a", 2, None, True)
    assert set(drawn(Choice(values=values), 200)) == set(values)
    skewed = Counter(drawn(Choice(values=values, skew=1.0), 2000))
    assert skewed["a"] > 2 * skewed[True]


def test_form_makes_text_of_a_number() -> None:
    """The number stands where {} is."""
    (text,) = drawn(Between(low=7, high=7, form="user-{}@x"), 1)
    assert text == "user-7@x"


@property_test
@given(st.integers(), st.integers(), st.text(max_size=5), st.text(max_size=5))
def test_fresh_numbers_never_collide(seed: int, other: int, run: str, run_of_other: str) -> None:
    """Not within a load, nor between loads of another seed or run; they are bigints above 2^32."""
    ours, theirs = drawn(Fresh(), 100, seed=seed, run=run), drawn(Fresh(), 100, seed=other, run=run_of_other)
    assert len(set(ours)) == 100
    assert all(isinstance(each, int) and 2**32 < each < 2**63 for each in ours)
    assert bool(set(ours) & set(theirs)) == ((seed, run) == (other, run_of_other))


def test_key_is_the_request_that_is_being_made() -> None:
    """The same for all that asks within a request, another one for the next."""
    source = Source(seed=1, run="r")
    draw = Key().drawn_from(source)
    first = source.begin(0)
    assert draw() == draw() == first
    assert source.begin(1) != first
    assert Source(seed=1, run="other").begin(0) != first != Source(seed=2, run="r").begin(0)


def test_a_query_cannot_be_drawn_from_before_it_was_asked() -> None:
    """It is an error of ours that says what to do."""
    with pytest.raises(ConfigError, match=r"not fetched yet; call resolve\(\) first"):
        drawn(FromQuery(sql="SELECT 1"), 1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Between(low=2, high=1), "low = 2 is above high = 1"),
        (lambda: Recent(low=9, high=8), "low = 9 is above high = 8"),
        (lambda: Choice(values=()), "no values to choose from"),
        (lambda: Between(low=1, high=2, form="x"), "no place for the number"),
        (lambda: Fresh(form="{}{}"), "no place for the number, or several"),
    ],
)
def test_what_cannot_be_drawn_is_refused_when_it_is_made(make, words: str) -> None:
    """Long before a load begins."""
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    "parameter",
    [
        Between(low=1, high=2**60, skew=0.5, form="x{}"),
        Recent(low=1, high=9),
        Choice(values=(1, 1.5, "a", True, None), skew=1.0),
        FromQuery(sql="SELECT 1"),
        Fresh(form="o-{}"),
        Key(),
    ],
)
def test_each_kind_survives_the_way_into_another_process(parameter: Parameter) -> None:
    """JSON and back, to the type of every value."""
    back = ADAPTER.validate_json(ADAPTER.dump_json(parameter))
    assert repr(back) == repr(parameter)
    assert KINDS[parameter.kind] is type(parameter)


def test_unknown_kinds_and_keys_are_refused() -> None:
    """Nothing that is written is ignored."""
    for text in ('{"kind": "betwixt"}', '{"low": 1}', '{"kind": "key", "low": 1}'):
        with pytest.raises(ValidationError):
            ADAPTER.validate_json(text)
