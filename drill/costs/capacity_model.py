"""On-demand against provisioned capacity with autoscaling, for one table and one kind of units.

    on-demand                    average x 3600 s x price of a request unit              USD an hour
    provisioned, autoscaled      average x peak/average / target x price of a unit-hour

Both cost the same at a peak over average of

    target x 3600 x price of a request unit / price of a unit-hour

so that provisioned is cheaper where the average is above the inverse of it, as a share of the peak (its utilisation):
41 % in us-east-1 at a target of 70 %. It is reckoned as if capacity for the peak stood there all the time; autoscaling
that follows the day saves more, and is slower than a burst.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CostOptimization_TableCapacityMode.html
"""

from __future__ import annotations

from dataclasses import dataclass

from drill.costs.book import PriceBook
from drill.costs.items import (
    HOURS_A_MONTH,
    READ_CAPACITY,
    READS,
    REPLICATED_WRITE_CAPACITY,
    REPLICATED_WRITES,
    WRITE_CAPACITY,
    WRITES,
)

TARGET = 0.7
"""The utilisation that autoscaling aims at unless somebody chose another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPrices:
    """What one unit costs: `request_usd` used once, `hour_usd` held ready for an hour."""

    request_usd: float
    hour_usd: float

    @classmethod
    def of(cls, book: PriceBook, region: str, *, reads: bool, replicated: bool = False) -> UnitPrices:
        """As the book has them; ConfigError where one is missing."""
        if reads:
            items = (READS, READ_CAPACITY)
        else:
            items = (REPLICATED_WRITES, REPLICATED_WRITE_CAPACITY) if replicated else (WRITES, WRITE_CAPACITY)
        used, held = (book.price(region, item).usd for item in items)
        return cls(request_usd=used / 1e6, hour_usd=held)


def on_demand(average: float, prices: UnitPrices) -> float:
    """USD per month of so many units a second, averaged over it."""
    return average * 3600 * HOURS_A_MONTH * prices.request_usd


def provisioned(units: float, prices: UnitPrices) -> float:
    """USD per month of so many units that are held ready."""
    return units * HOURS_A_MONTH * prices.hour_usd


def autoscaled(average: float, peak_over_average: float, prices: UnitPrices, *, target: float = TARGET) -> float:
    """USD per month of capacity in which the peak uses the target."""
    return provisioned(average * peak_over_average / target, prices)


def break_even_peak(prices: UnitPrices, *, target: float = TARGET) -> float:
    """The peak over average at which both cost the same; infinite where holding ready costs nothing."""
    return target * 3600 * prices.request_usd / prices.hour_usd if prices.hour_usd else float("inf")


def break_even_utilisation(prices: UnitPrices, *, target: float = TARGET) -> float:
    """The average over the peak above which provisioned capacity is cheaper."""
    peak = break_even_peak(prices, target=target)
    return 1 / peak if peak else float("inf")
