"""Limits of DynamoDB: the hottest key, the largest item, the largest transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drill.advice import Choice, Decision, Figures, Growth, Kind, Recommendation, Workload, advise
from drill.advice.rules import item_size, transaction_size
from tests.drill.advice.workloads import BY_KEY, pattern, told, workload

FIGURES = Figures()


def heat(asked: Workload) -> Recommendation:
    """What is said of the keys."""
    return told(advise(asked), Decision.HEAT)


def writing(peak_per_s: float, share: float | None, **changes):
    """Writes of one unit each."""
    return pattern(Kind.WRITE, rate_per_s=1, peak_per_s=peak_per_s, hottest_key_share=share, **changes)


@pytest.mark.parametrize(
    ("asked", "choice"),
    [
        (writing(10_000, 0.1), Choice.FITS),
        (writing(10_010, 0.1), Choice.TOO_MUCH),
        (pattern(rate_per_s=1, peak_per_s=30_000, hottest_key_share=0.1), Choice.FITS),
        (pattern(rate_per_s=1, peak_per_s=30_010, hottest_key_share=0.1), Choice.TOO_MUCH),
        (writing(10_010, None), Choice.UNTOLD),
    ],
)
def test_one_partition_serves_so_much(asked, choice: Choice) -> None:
    """1,000 write units, 3,000 read units a second; nobody is taken to spread its keys evenly who does not say so."""
    assert heat(workload(asked)).choice is choice


def test_a_key_too_hot_is_split() -> None:
    """Into as many as it needs."""
    found = heat(workload(writing(25_000, 0.1)))
    assert found.because == "the hottest key of orders is too hot; split it into 3 keys"
    assert found.measured == {"hottest_key_read_units": 0, "hottest_key_write_units": pytest.approx(2500)}


def test_patterns_of_one_table_heat_the_same_key() -> None:
    """Two that fit alone do not fit together; on tables of their own they do."""
    first, second = writing(6000, 0.1), replace(writing(6000, 0.1), name="other")
    assert heat(workload(first, second)).choice is Choice.TOO_MUCH
    assert heat(workload(first, replace(second, tables=("stock",)))).choice is Choice.FITS
    both = replace(second, tables=("stock", "orders"))
    assert heat(workload(first, both)).choice is Choice.TOO_MUCH


def test_a_key_too_hot_is_told_though_others_say_nothing() -> None:
    """What is known to be wrong is no open question."""
    asked = workload(writing(25_000, 0.1), replace(writing(1, None), name="other"))
    assert heat(asked).choice is Choice.TOO_MUCH


def test_keys_are_looked_at_in_a_year() -> None:
    """What fits today is too hot after twelve months of growth."""
    asked = workload(writing(9000, 0.1))
    assert heat(asked).choice is Choice.FITS
    assert heat(replace(asked, growth=Growth(rate_pct_per_month=1))).choice is Choice.TOO_MUCH


@pytest.mark.parametrize(("size", "choice"), [(400 * 1024, Choice.FITS), (400 * 1024 + 1, Choice.TOO_MUCH)])
def test_an_item_is_so_large_at_most(size: int, choice: Choice) -> None:
    """400 KB."""
    assert item_size(workload(pattern(item_bytes=size)), FIGURES).choice is choice


@pytest.mark.parametrize(
    ("items", "size", "choice"),
    [
        (100, 1, Choice.FITS),
        (101, 1, Choice.TOO_MUCH),
        (16, 256 * 1024, Choice.FITS),
        (17, 256 * 1024, Choice.TOO_MUCH),
    ],
)
def test_a_transaction_is_so_large_at_most(items: int, size: int, choice: Choice) -> None:
    """100 items and 4 MB."""
    found = transaction_size(workload(pattern(Kind.TRANSACTION, items=items, item_bytes=size)), FIGURES)
    assert found is not None
    assert found.choice is choice


def test_without_transactions_nothing_is_said_of_them() -> None:
    """Neither that they fit nor that they do not."""
    assert transaction_size(BY_KEY, FIGURES) is None
