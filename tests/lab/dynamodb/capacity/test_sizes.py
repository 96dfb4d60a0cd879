"""Bytes as the manual counts them."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.dynamodb.capacity.sizes import item_size, number_size, value_size
from lab.dynamodb.capacity.units import read_units, write_units


@pytest.mark.parametrize(
    ("value", "size_bytes"),
    [
        ({"S": ""}, 0),
        ({"S": "abc"}, 3),
        ({"S": "é€"}, 5),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "42"}, 2),
        ({"N": "123"}, 3),
        ({"N": "1000"}, 2),
        ({"N": "0.0012"}, 2),
        ({"N": "-12.50"}, 3),
        ({"N": "1.5e10"}, 2),
        ({"N": "9" * 38}, 20),
        ({"B": base64.b64encode(b"12345").decode()}, 5),
        ({"B": base64.b64encode(b"123456").decode()}, 6),
        ({"B": base64.b64encode(b"1234").decode()}, 4),
        ({"B": b"1234"}, 4),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "100"]}, 4),
        ({"BS": [base64.b64encode(b"ab").decode()]}, 2),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"N": "7"}]}, 3 + 1 + 2 + 1 + 2),
        ({"M": {"k": {"S": "ab"}}}, 3 + 1 + 1 + 2),
        ({"L": [{"L": []}]}, 3 + 1 + 3),
    ],
)
def test_a_value_is_as_large_as_the_manual_says(value: dict[str, Any], size_bytes: int) -> None:
    """Text in UTF-8, numbers by two digits a byte, sets by their members, containers with 3 bytes and 1 an element."""
    assert value_size(value) == size_bytes


def test_names_count() -> None:
    """An item is its values and the names of its attributes, in UTF-8."""
    assert item_size({"id": {"S": "a"}, "größe": {"N": "7"}}) == 2 + 1 + 7 + 2


def test_an_unknown_type_is_named() -> None:
    """A value of no known type is an error that names it."""
    with pytest.raises(ValueError, match="X is no type"):
        value_size({"X": "?"})


@given(st.integers(min_value=-(10**37), max_value=10**37), st.integers(min_value=0, max_value=30))
def test_zeroes_are_trimmed(number: int, zeroes: int) -> None:
    """A number is as large with zeroes before or after it as without."""
    plain = number_size(str(number))
    assert number_size(f"{number}.{'0' * zeroes}") == plain
    if len(str(abs(number))) + zeroes <= 38:
        assert number_size(str(number) + "0" * zeroes) == plain


@given(st.integers(min_value=1, max_value=400 * 1024))
def test_units_are_the_least_that_hold_the_bytes(size_bytes: int) -> None:
    """A write has room for its bytes, and not for a KB more; a read for 4 KB; transactions double, staleness halves."""
    assert (write_units(size_bytes) - 1) * 1024 < size_bytes <= write_units(size_bytes) * 1024
    strong = read_units(size_bytes, consistent=True)
    assert (strong - 1) * 4096 < size_bytes <= strong * 4096
    assert read_units(size_bytes) * 2 == strong
    assert read_units(size_bytes, transactional=True) == strong * 2
    assert write_units(size_bytes, transactional=True) == write_units(size_bytes) * 2
