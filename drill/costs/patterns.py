"""What each access pattern costs: USD per million requests of its users.

DynamoDB tells of every call what it consumed: on-demand, that is what it costs. What is paid for while it is there
(provisioned units, instances) and a cluster's I/O are shared out: a table's by the units that each pattern consumed,
a cluster's by the time that requests of each pattern took. So the shares add up to the bill; storage is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from drill.costs.book import PriceBook
from drill.costs.consumption import consumed
from drill.costs.from_calls import located
from drill.costs.items import GB_MONTH, MILLION, MONTH_S, READ_CAPACITY, READS
from drill.costs.setup import Setup
from drill.costs.spending import Line, Spending
from drill.errors import ConfigError, Undecided
from drill.history import History

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternCost:
    """One pattern: how many requests were measured, and what a million of them costs; `of` says where it is spent."""

    pattern: str
    requests: int
    usd_per_million: float
    of: tuple[str, ...]


def costs_of_patterns(history: History, book: PriceBook, from_ns: int, to_ns: int) -> tuple[PatternCost, ...]:
    """Each pattern that was asked for in a stretch, the dearest first. `Undecided` where nothing tells its cost."""
    requests = history.table("requests").with_columns(pl.col("pattern").cast(pl.String))
    due = requests.filter(pl.col("due_ns").is_between(from_ns, to_ns, closed="left")).drop_nulls("pattern")
    counted: dict[str, int] = dict(due.group_by("pattern").len().sort("pattern").iter_rows())
    if not counted:
        raise Undecided("no request was measured of which a cost could be told")
    setup = Setup.of(history)
    shares = pl.concat(
        [_of_tables(history, setup, book, from_ns, to_ns), _of_cluster(history, setup, book, due, from_ns, to_ns)]
    )
    if shares.is_empty():
        raise Undecided("neither calls nor a cluster's setup tell what a request costs")
    month = MONTH_S * SECOND_NS / max(1, to_ns - from_ns)
    found = []
    for pattern, number in counted.items():
        own = shares.filter(pl.col("pattern") == pattern).sort("usd", descending=True)
        usd = float(own["usd"].sum())
        where = tuple(
            f"{part} {value / max(usd, 1e-12):.0%}" for part, value in own.select("part", "usd").rows() if value
        )
        found.append(
            PatternCost(pattern=pattern, requests=number, usd_per_million=usd / month / number * 1e6, of=where)
        )
    return tuple(sorted(found, key=lambda each: (-each.usd_per_million, each.pattern)))


_SHARES = {"pattern": pl.String, "part": pl.String, "usd": pl.Float64}


def _of_tables(history: History, setup: Setup, book: PriceBook, from_ns: int, to_ns: int) -> pl.DataFrame:
    """USD per month by pattern and table: of its units, at their price or of the table's provisioned bill."""
    calls = history.tables.get("calls")
    if calls is None or calls.is_empty():
        return pl.DataFrame(schema=_SHARES)
    within = located(calls, setup).filter(pl.col("answered_ns").is_between(from_ns, to_ns, closed="left"))
    used = within.group_by("resource", pl.col("pattern").cast(pl.String)).agg(pl.col("read_units", "write_units").sum())
    month = MONTH_S * SECOND_NS / max(1, to_ns - from_ns)
    bill = _bill(history, setup, book, from_ns, to_ns)
    rows: list[tuple[str, str, float]] = []
    for resource in used["resource"].unique().sort():
        table, own = setup.table(resource), used.filter(pl.col("resource") == resource)
        for column, reads in (("read_units", True), ("write_units", False)):
            everything = float(own[column].sum())
            if not everything:
                continue
            if table.is_provisioned:
                usd = sum(
                    each.usd_per_month
                    for each in bill
                    if each.resource == resource and each.unit != GB_MONTH and (each.item == READ_CAPACITY) == reads
                )
            else:
                usd = everything * month * _price_of_unit(book, setup, resource, reads=reads)
            part = f"{'reads' if reads else 'writes'} of {resource}"
            rows += [
                (pattern, part, usd * units / everything)
                for pattern, units in own.select("pattern", column).iter_rows()
                if pattern is not None
            ]
    return pl.DataFrame(rows, schema=_SHARES, orient="row")


def _price_of_unit(book: PriceBook, setup: Setup, resource: str, *, reads: bool) -> float:
    """USD of one request unit; a write to a global table is paid for in each of its regions."""
    table = setup.table(resource)
    try:
        if reads:
            return book.price(table.region, READS).usd / 1e6
        regions = (table.region, *table.replicas)
        item = "replicated write request units" if table.replicas else "write request units"
        return sum(book.price(region, item).usd for region in regions) / 1e6
    except ConfigError as error:
        raise Undecided(str(error)) from error


def _of_cluster(
    history: History, setup: Setup, book: PriceBook, due: pl.DataFrame, from_ns: int, to_ns: int
) -> pl.DataFrame:
    """USD per month by pattern: of instances and I/O, by the time that its requests took."""
    if setup.cluster is None:
        return pl.DataFrame(schema=_SHARES)
    bill = [each for each in _bill(history, setup, book, from_ns, to_ns) if each.service == "aurora"]
    done = due.drop_nulls(("begun_ns", "completed_ns"))
    took = done.group_by("pattern").agg(took=(pl.col("completed_ns") - pl.col("begun_ns")).sum())
    everything = float(took["took"].sum())
    if not everything:
        return pl.DataFrame(schema=_SHARES)
    parts = {
        "instances": sum(each.usd_per_month for each in bill if each.unit not in {GB_MONTH, MILLION}),
        "I/O": sum(each.usd_per_month for each in bill if each.unit == MILLION),
    }
    rows = [
        (pattern, part, usd * share / everything) for pattern, share in took.iter_rows() for part, usd in parts.items()
    ]
    return pl.DataFrame(rows, schema=_SHARES, orient="row")


def _bill(history: History, setup: Setup, book: PriceBook, from_ns: int, to_ns: int) -> tuple[Line, ...]:
    return Spending.of(consumed(history), setup, book).between(from_ns, to_ns)
