"""Aurora's storage models: standard pays for every I/O, I/O-optimized pays more for instances and storage instead.

Both cost the same where I/O costs what instances and storage would cost more. AWS's rule is a quarter of the bill:
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.StorageReliability.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from drill.costs.book import PriceBook
from drill.costs.items import CLUSTER_IO, IO_OPTIMIZED
from drill.costs.setup import ClusterSetup
from drill.costs.spending import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageModels:
    """USD per month of a cluster: I/O at the price of standard, and instances and storage in both models."""

    io_usd: float
    standard_usd: float
    optimized_usd: float

    @classmethod
    def of(cls, lines: Iterable[Line], cluster: ClusterSetup, book: PriceBook, *, io_million: float) -> Self:
        """From what is paid now, whichever model it is in; `io_million` is the I/O of a month. ConfigError."""
        standard = optimized = 0.0
        for line in lines:
            item = line.item.removesuffix(IO_OPTIMIZED)
            if line.service != "aurora" or item == CLUSTER_IO:
                continue
            standard += line.quantity_per_month * book.price(cluster.region, item).usd
            optimized += line.quantity_per_month * book.price(cluster.region, item + IO_OPTIMIZED).usd
        io_usd = io_million * book.price(cluster.region, CLUSTER_IO).usd
        return cls(io_usd=io_usd, standard_usd=standard, optimized_usd=optimized)

    @property
    def in_standard(self) -> float:
        """All of it in the standard model."""
        return self.standard_usd + self.io_usd

    @property
    def io_share(self) -> float:
        """The share of I/O in the bill of the standard model."""
        return self.io_usd / self.in_standard if self.in_standard else 0.0

    @property
    def break_even_usd(self) -> float:
        """What I/O would have to cost for both to cost the same."""
        return max(0.0, self.optimized_usd - self.standard_usd)

    @property
    def break_even_share(self) -> float:
        """The share of I/O above which I/O-optimized is cheaper."""
        whole = self.standard_usd + self.break_even_usd
        return self.break_even_usd / whole if whole else 0.0
