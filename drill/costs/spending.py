"""What consumption costs: USD per month, as if a stretch of time went on for a month; and how it changes.

Of several sources that tell of the same, the one that saw most counts: what it saw was used, and none of them sees
what was not.

    usd per month = sum of (quantity x price) x 730 h / length of the stretch
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import polars as pl

from drill.costs.book import PriceBook
from drill.costs.items import BY_USE, CLUSTER_IO, MONTH_S
from drill.costs.setup import Setup
from drill.errors import ConfigError, Undecided

SECOND_NS = 1_000_000_000
WINDOW_NS = 3 * SECOND_NS
"""Spending is watched over so long, or over the longest period of what told it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one item of one resource costs a month, at the rate of the stretch that was looked at."""

    service: str
    resource: str
    item: str
    unit: str
    quantity_per_month: float
    usd_per_month: float
    source: str

    @property
    def is_by_use(self) -> bool:
        """Whether it is paid for by use, and so grows with it."""
        return self.item in BY_USE

    def told(self) -> str:
        """As a line of evidence."""
        amount = f"{self.quantity_per_month:,.6g} x {self.unit}"
        return f"{self.resource}: {self.usd_per_month:,.2f} USD per month for {self.item} ({amount}, by {self.source})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Consumption with its prices: the columns of `consumption`, and usd."""

    rows: pl.DataFrame

    @classmethod
    def of(cls, consumption: pl.DataFrame, setup: Setup, book: PriceBook) -> Self:
        """Price every row; a price that is missing makes it `Undecided`, with what to add to the book."""
        text = ("service", "resource", "item", "unit", "source")
        rows = consumption.with_columns(pl.col(*text).cast(pl.String))
        pairs = rows.select("resource", "item").unique().rows()
        try:
            prices = [(resource, item, _price(setup, book, resource, item)) for resource, item in pairs]
        except ConfigError as error:
            raise Undecided(str(error)) from error
        table = pl.DataFrame(
            prices, schema={"resource": pl.String, "item": pl.String, "price": pl.Float64}, orient="row"
        )
        priced = rows.join(table, on=["resource", "item"], how="left")
        return cls(rows=priced.with_columns(usd=pl.col("quantity") * pl.col("price")))

    def between(self, from_ns: int, to_ns: int) -> tuple[Line, ...]:
        """A line a resource and item, the dearest first; rows that overlap the stretch count for what overlaps."""
        within = _overlapping(self.rows, pl.lit(from_ns), pl.lit(to_ns))
        key = ("service", "resource", "item", "unit")
        factor = MONTH_S * SECOND_NS / max(1, to_ns - from_ns)
        best = (
            within.group_by(*key, "source")
            .agg(pl.col("usd", "quantity").sum() * factor)
            .sort("quantity", "source", descending=[True, False])
            .group_by(key, maintain_order=True)
            .first()
            .sort("usd", "resource", "item", descending=[True, False, False])
        )
        return tuple(
            Line(
                service=row["service"],
                resource=row["resource"],
                item=row["item"],
                unit=row["unit"],
                quantity_per_month=row["quantity"],
                usd_per_month=row["usd"],
                source=row["source"],
            )
            for row in best.iter_rows(named=True)
        )

    def series(self, from_ns: int, to_ns: int, *, window_ns: int | None = None) -> pl.DataFrame:
        """How it changes: at_ns, resource, item, usd_per_month over the window that ends there, by each second.

        A row of the past is known when its time is over, not before: a datapoint of a minute is dated at its end.
        No window begins before `from_ns`: what was spent then, as on loading data, is not of it.
        """
        window = window_ns or self.window_ns
        first = -(-(from_ns + SECOND_NS) // SECOND_NS)
        ends = pl.DataFrame({"at_ns": [second * SECOND_NS for second in range(first, to_ns // SECOND_NS + 1)]})
        # A level (storage, an instance) goes on; what is used is known only when its bucket or period is over.
        known = (pl.col("to_ns") <= pl.col("at_ns")) | ~pl.col("item").is_in(list(BY_USE))
        begins = pl.max_horizontal(pl.col("at_ns") - window, pl.lit(from_ns))
        nearby = ends.join_where(
            self.rows,
            pl.col("from_ns") < pl.col("at_ns"),
            pl.col("to_ns") > pl.col("at_ns") - window,
        ).filter(known)
        return (
            _overlapping(nearby, begins, pl.col("at_ns"))
            .group_by("at_ns", "resource", "item", "source")
            .agg(pl.col("usd").sum())
            .with_columns(pl.col("usd") * MONTH_S * SECOND_NS / (pl.col("at_ns") - begins))
            .group_by("at_ns", "resource", "item")
            .agg(usd_per_month=pl.col("usd").max())
            .sort("at_ns", "resource", "item")
        )

    @property
    def window_ns(self) -> int:
        """The shortest window in which nothing is missed, but for the few looks that took longer than others."""
        lengths = self.rows.filter(pl.col("item").is_in(list(BY_USE))).select(
            usual=(pl.col("to_ns") - pl.col("from_ns")).quantile(0.9, interpolation="lower")
        )
        usual = lengths["usual"][0] if lengths.height else None
        return max(WINDOW_NS, int(usual or 0))


def total(lines: Iterable[Line]) -> float:
    """USD per month of all of them."""
    return sum(line.usd_per_month for line in lines)


def _price(setup: Setup, book: PriceBook, resource: str, item: str) -> float:
    """USD of one unit; I/O is used in every cluster, and paid for in those of the standard model."""
    if item == CLUSTER_IO and setup.cluster is not None and setup.cluster.io_optimized:
        return 0.0
    return book.price(setup.region_of(resource), item).usd


def _overlapping(rows: pl.DataFrame, from_ns: pl.Expr, to_ns: pl.Expr) -> pl.DataFrame:
    """Rows with the share of their quantity and USD that lies between two moments."""
    length = pl.max_horizontal(pl.col("to_ns") - pl.col("from_ns"), pl.lit(1, dtype=pl.Int64))
    common = pl.min_horizontal(pl.col("to_ns"), to_ns) - pl.max_horizontal(pl.col("from_ns"), from_ns)
    share = (common / length).clip(0.0, 1.0)
    return rows.with_columns(pl.col("quantity", "usd") * share).filter(share > 0)
