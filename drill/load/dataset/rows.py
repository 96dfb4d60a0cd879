"""The rows of the shop, made from a seed alone: block after block, so that memory does not grow with the scale.

Hot customers and products follow Zipf's law. Orders grew with time: half of them are from the last 30 % of the
years. The open ones are among the newest twentieth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from drill.load.dataset.sizes import CUSTOMER_SKEW, EMAIL, PRODUCT_SKEW, PRODUCTS, Sizes

BLOCK = 200_000
"""Orders, or customers, at a time."""

NEWEST = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC: the load's session says so
"""The moment of the newest order. Fixed, since the same seed must make the same rows on any day."""

YEARS = timedelta(days=3 * 365)
_FIRST = (
    "Ada",
    "Alan",
    "Barbara",
    "Donald",
    "Edgar",
    "Frances",
    "Grace",
    "Jim",
    "Katherine",
    "Leslie",
    "Niklaus",
    "Tony",
)
_LAST = (
    "Allen",
    "Codd",
    "Gray",
    "Hoare",
    "Hopper",
    "Johnson",
    "Knuth",
    "Lamport",
    "Liskov",
    "Lovelace",
    "Turing",
    "Wirth",
)
_REGIONS = ("eu-west", "us-east", "eu-north", "us-west", "ap-south", "sa-east")
_REGION_SHARES = (0.4, 0.25, 0.15, 0.1, 0.06, 0.04)
_LINE_SHARES = (0.2, 0.25, 0.2, 0.15, 0.1, 0.1)  # one to six lines an order: three on the average
_PAID_SHARE = 0.95
_MOST_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Orders with everything that belongs to them."""

    orders: pl.DataFrame
    lines: pl.DataFrame
    payments: pl.DataFrame


def customers(sizes: Sizes, seed: int) -> Iterator[pl.DataFrame]:
    """Every customer, in blocks; the hot ones have the low ids."""
    for number, ids in _blocks(sizes.customers):
        chance = np.random.default_rng([seed, 1, number])
        first, last = (_picked(chance, names, len(ids)) for names in (_FIRST, _LAST))
        before, after = EMAIL.split("{}")
        yield pl.DataFrame({"id": ids}).select(
            "id",
            name=pl.concat_str(first, pl.lit(" "), last),
            email=pl.concat_str(pl.lit(before), pl.col("id").cast(pl.String), pl.lit(after)),
            region=_picked(chance, _REGIONS, len(ids), _REGION_SHARES),
            created_at=_moments(-chance.random(len(ids))),
        )


def orders(sizes: Sizes, seed: int) -> Iterator[Block]:
    """Every order, in blocks, with its lines and its payment; ids rise with time."""
    open_ids = _open(sizes, seed)
    for number, ids in _blocks(sizes.orders):
        chance = np.random.default_rng([seed, 2, number])
        count = len(ids)
        # Rank is time squared: the n-th of N orders was made at the root of n/N of all the years.
        moments = np.sqrt((ids - chance.random(count)) / sizes.orders)
        counts = chance.choice(np.arange(1, len(_LINE_SHARES) + 1), size=count, p=_LINE_SHARES)
        lines = _lines(chance, ids, counts)
        cents = lines["quantity"].to_numpy() * lines["price_cents"].to_numpy()
        totals = np.add.reduceat(cents, np.cumsum(counts) - counts)
        is_open = np.isin(ids, open_ids)
        made = pl.DataFrame({"id": ids}).select(
            "id",
            customer_id=pl.lit(1 + _zipf(chance, count, sizes.customers, CUSTOMER_SKEW)),
            status=pl.lit(_statuses(ids, is_open, sizes.orders)),
            created_at=_moments(moments),
            total_cents=pl.lit(totals),
        )
        paid = made.filter(pl.lit(~is_open & (chance.random(count) < _PAID_SHARE)))
        payments = paid.select(
            "id",
            order_id="id",
            amount_cents="total_cents",
            key=pl.concat_str(pl.lit("loaded-"), pl.col("id").cast(pl.String)),
            created_at=pl.col("created_at") + pl.duration(hours=1),
        )
        yield Block(orders=made, lines=lines, payments=payments)


def _lines(chance: np.random.Generator, ids: Any, counts: Any) -> pl.DataFrame:
    """So many lines for each order, numbered within it."""
    total = int(counts.sum())
    within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    of_order = np.repeat(ids, counts)
    product = 1 + _zipf(chance, total, PRODUCTS, PRODUCT_SKEW)
    return pl.DataFrame(
        {
            "id": of_order * _MOST_LINES + within,
            "order_id": of_order,
            "product_id": product,
            "quantity": chance.integers(1, 5, size=total, endpoint=True),
            "price_cents": 99 + product * 7919 % 20_000,
        }
    )


def _open(sizes: Sizes, seed: int) -> Any:
    """The ids of the open orders."""
    newest = max(sizes.open_orders, sizes.orders // 20)
    chosen = np.random.default_rng([seed, 3]).choice(newest, size=sizes.open_orders, replace=False)
    return sizes.orders - chosen


def _statuses(ids: Any, is_open: Any, count: int) -> Any:
    """Open, paid, shipped, delivered: in this order an order grows old."""
    age = (count - ids) / count
    return np.select([is_open, age < 0.02, age < 0.07], ["open", "paid", "shipped"], "delivered")


def _zipf(chance: np.random.Generator, size: int, count: int, skew: float) -> Any:
    """Ranks from 0, as drill.load.parameters draws them: Zipf's law in its continuous form."""
    even = chance.random(size)
    rest = 1.0 - skew
    drawn = (count + 1) ** even if rest == 0 else (1.0 + ((count + 1) ** rest - 1.0) * even) ** (1.0 / rest)
    return np.minimum(drawn.astype(np.int64), count) - 1


def _picked(
    chance: np.random.Generator, words: tuple[str, ...], size: int, shares: tuple[float, ...] | None = None
) -> pl.Series:
    return pl.Series(words).gather(chance.choice(len(words), size=size, p=shares))


def _moments(shares: Any) -> pl.Series:
    """Moments at these shares of all the years: 0 the oldest order, 1 the newest; below 0 it was before any order."""
    span_ms = int(YEARS / timedelta(milliseconds=1))
    oldest = np.datetime64(NEWEST - YEARS, "ms")
    return pl.Series(oldest + (shares * span_ms).astype(np.int64).astype("timedelta64[ms]"))


def _blocks(count: int) -> Iterator[tuple[int, Any]]:
    """Ids from 1 to count, so many at a time, with the number of the block."""
    for number, start in enumerate(range(1, count + 1, BLOCK)):
        yield number, np.arange(start, min(start + BLOCK, count + 1), dtype=np.int64)
