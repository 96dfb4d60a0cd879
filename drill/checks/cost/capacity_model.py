"""Whether what is paid for is paid for in the right way: tables by their capacity mode, a cluster by its storage."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import polars as pl

from drill.checks.cost.peaks import peak_over_average
from drill.checks.cost.scope import looked_back, usual
from drill.checks.cost.told import complete
from drill.checks.cost.units import averages
from drill.checks.load.stretches import Stretch
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN
from drill.costs import AS_MEASURED, Demand, PriceBook, Setup, StorageModels, projected, shipped
from drill.costs.capacity_model import TARGET, UnitPrices, autoscaled, break_even_utilisation, on_demand, provisioned
from drill.costs.items import CLUSTER_IO, IO_OPTIMIZED, MILLION
from drill.costs.setup import TableSetup, held_in_the_long_run
from drill.errors import ConfigError, Undecided
from drill.history import History
from drill.verdict import Check, Figure, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is paid now in one model, and what it would cost in the other; USD per month."""

    subject: str
    model: str
    other: str
    usd: float
    other_usd: float
    told: str
    measured: dict[str, Figure]

    def saves(self, saving_pct: float, worth_usd: float) -> bool:
        """Whether the other one is cheaper by so much that it is worth changing."""
        saved = self.usd - self.other_usd
        return saved > worth_usd and saved > self.usd * saving_pct / 100


def capacity_model_fits(
    *,
    demand: Demand = AS_MEASURED,
    book: PriceBook | None = None,
    saving_pct: float = 10.0,
    worth_usd: float = 5.0,
    tables: Collection[str] | None = None,
) -> Check:
    """No table and no cluster would cost less in its other model, by more than `saving_pct` and `worth_usd` a month.

    A table: on-demand against provisioned capacity with autoscaling at 70 %, at the demand's peak over average. A
    cluster: standard against I/O-optimized storage. Of a table that autoscaling follows already, what it leaves in the
    long run is held against on-demand. `tables` are those that the load uses, by default all. Both sides
    stand in USD, with the break-even point. `Undecided` where a table's peak decides it, and is neither declared nor
    seen in an hour of metrics.
    """
    prices = book or shipped()

    @observation("capacity_model_fits", objective=f"the other model saves less than {saving_pct:g} %")
    def judged(history: History) -> Finding:
        stretch = usual(history)
        complete(history, stretch)
        try:
            found = [
                *_of_tables(history, stretch, demand, prices, tables),
                *_of_cluster(history, stretch, demand, prices),
            ]
        except ConfigError as error:
            raise Undecided(str(error)) from error
        if not found:
            raise Undecided("no table and no cluster tells how it is paid for")
        wrong = [each for each in found if each.saves(saving_pct, worth_usd)]
        first = max(wrong or found, key=lambda each: each.usd - each.other_usd)
        saved = first.usd - first.other_usd
        little = "" if wrong or saved <= 0 else f", which is not worth the change (below {worth_usd:,.2f} USD)"
        if saved > worth_usd and not wrong:
            little = f", less than {saving_pct:g} % below"
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{first.subject} costs {first.usd:,.2f} USD per month {first.model}; "
            f"{first.other} would cost {first.other_usd:,.2f}{little}",
            measured=first.measured
            | {"paid_usd_per_month": first.usd, "other_model_usd_per_month": first.other_usd, "wrong": len(wrong)},
            evidence=tuple(each.told for each in [*wrong, *(each for each in found if each not in wrong)][:SHOWN]),
        )

    return judged


def _of_tables(
    history: History, stretch: Stretch, demand: Demand, book: PriceBook, only: Collection[str] | None
) -> Iterator[Choice]:
    """A table's reads and writes are in one model together."""
    setup = Setup.of(history)
    units = averages(history, setup, stretch, demand)
    for resource, table in setup.tables.items():
        if only is not None and table.name not in only:
            continue
        reads, writes = units.get(resource, (0.0, 0.0))
        if not table.is_provisioned and not reads + writes and not looked_back(history):
            continue  # nothing tells that it was not used, but that this load did not
        yield _of_table(history, resource, table, reads, writes, demand, book)


def _of_table(
    history: History, resource: str, table: TableSetup, reads: float, writes: float, demand: Demand, book: PriceBook
) -> Choice:
    replicated = bool(table.replicas)
    for_reads = UnitPrices.of(book, table.region, reads=True)
    for_writes = UnitPrices.of(book, table.region, reads=False, replicated=replicated)
    by_use = on_demand(reads, for_reads) + on_demand(writes, for_writes)
    point = break_even_utilisation(for_writes)
    if table.is_provisioned:
        held = held_in_the_long_run(table.reads.values(), reads)
        held_writes = held_in_the_long_run(table.writes.values(), writes)
        paid = provisioned(held, for_reads) + provisioned(held_writes, for_writes)
        told = (
            f"{resource}: {paid:,.2f} USD per month for {held:g} read and {held_writes:g} write units; on-demand "
            f"{by_use:,.2f} for {reads:,.1f} and {writes:,.1f} units/s; break-even at {point:.0%} utilisation"
        )
        return Choice(
            subject=resource,
            model="provisioned",
            other="on-demand",
            usd=paid,
            other_usd=by_use,
            told=told,
            measured={"break_even_utilisation_pct": 100 * point},
        )
    peak = peak_over_average(history, resource, demand)
    # Whatever its peak, a table that used all of its capacity all of the time would cost so much at least.
    least = autoscaled(reads, 1.0, for_reads) + autoscaled(writes, 1.0, for_writes)
    if peak is None and by_use - least > 0.1 * by_use and by_use - least > 1.0:
        raise Undecided(
            f"{resource}: on-demand at {by_use:,.2f} USD per month is right if the average is below {point:.0%} of "
            "the peak, and nobody declared a peak_over_average, nor is there an hour of metrics"
        )
    scaled = least * (peak or 1.0)
    seen = "an unknown share" if peak is None else f"{1 / peak:.0%}"
    told = (
        f"{resource}: {by_use:,.2f} USD per month on-demand for {reads:,.1f} read and {writes:,.1f} write units/s; "
        f"autoscaled at {TARGET:.0%} {scaled:,.2f}; the average is {seen} of the peak, break-even at {point:.0%}"
    )
    return Choice(
        subject=resource,
        model="on-demand",
        other="provisioned with autoscaling",
        usd=by_use,
        other_usd=scaled,
        told=told,
        measured={
            "break_even_utilisation_pct": 100 * point,
            "utilisation_pct": None if peak is None else 100 / peak,
        },
    )


def _of_cluster(history: History, stretch: Stretch, demand: Demand, book: PriceBook) -> Iterator[Choice]:
    cluster = Setup.of(history).cluster
    if cluster is None:
        return
    lines = projected(history, book, stretch.from_ns, stretch.to_ns, demand=demand)
    io = [line for line in lines if line.item == CLUSTER_IO and line.unit == MILLION]
    if not io and not _looked_at_io(history):
        raise Undecided(f"the I/O of {cluster.name} was not measured, by metrics or by the server's own counters")
    models = StorageModels.of(lines, cluster, book, io_million=sum(line.quantity_per_month for line in io))
    standard, optimized = models.in_standard, models.optimized_usd
    now, other = ("I/O-optimized", "standard") if cluster.io_optimized else ("standard", "I/O-optimized")
    yield Choice(
        subject=cluster.name,
        model=f"in {now}",
        other=other,
        usd=optimized if cluster.io_optimized else standard,
        other_usd=standard if cluster.io_optimized else optimized,
        told=f"{cluster.name}: {standard:,.2f} USD per month in standard, {models.io_usd:,.2f} of it I/O "
        f"({models.io_share:.0%}); {optimized:,.2f} in{IO_OPTIMIZED}; break-even at an I/O share of "
        f"{models.break_even_share:.0%} ({models.break_even_usd:,.2f} USD)",
        measured={"io_share_pct": 100 * models.io_share, "break_even_io_share_pct": 100 * models.break_even_share},
    )


def _looked_at_io(history: History) -> bool:
    """Whether somebody looked, and found none."""
    names = ("consumption", "item", CLUSTER_IO), ("metrics", "name", "VolumeReadIOPs")
    return any(
        table in history.tables and (history.tables[table][column].cast(pl.String) == word).any()
        for table, column, word in names
    )
