"""Whether what is paid for while it is there is used: provisioned units, and instances."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import polars as pl

from drill.checks.cost.scope import usual
from drill.checks.cost.told import complete
from drill.checks.cost.units import averages
from drill.checks.load.stretches import Stretch
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.costs import AS_MEASURED, Demand, PriceBook, Setup, shipped
from drill.costs.capacity_model import UnitPrices, provisioned
from drill.costs.items import HOURS_A_MONTH, IO_OPTIMIZED, SERVERLESS
from drill.costs.setup import Capacity, held_in_the_long_run
from drill.errors import ConfigError, Undecided
from drill.history import History
from drill.verdict import Check, Figure, Ruling

THROTTLES = ("ReadThrottleEvents", "WriteThrottleEvents")
TOO_FEW = ("ProvisionedThroughputExceeded", "MaxOnDemandThroughputExceeded")
"""The ends of the reasons that say that a table has too little; a hot key or an account's limit are other defects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One thing that is paid for, how much of it is used, and what it costs; `of` names its kind."""

    subject: str
    of: str
    used_pct: float
    usd_per_month: float
    mend: str

    def told(self) -> str:
        """As a line of evidence."""
        return f"{self.subject}: {self.used_pct:.1f} % of {self.of} used, {self.usd_per_month:,.2f} USD per month"


def nothing_oversized(
    *,
    least_pct: float = 15.0,
    least_cpu_pct: float = 2.0,
    worth_usd: float = 5.0,
    demand: Demand = AS_MEASURED,
    book: PriceBook | None = None,
    tables: Collection[str] | None = None,
) -> Check:
    """Of what is paid for, at least `least_pct` of provisioned units and `least_cpu_pct` of a cluster's CPU is used.

    What costs less than `worth_usd` a month is let be. Where autoscaling is at work, what it would leave counts: its
    minimum, or what keeps to its target at the present use; what it will give back by itself is not oversized. Of a
    cluster the busiest instance counts, since any of them may have to become the writer, and its CPU at the declared
    peak, as if it grew with what is asked: nobody sizes an instance for the average. Tables that are paid for by use
    can be no larger than their use. `tables` are those that the load uses, by default all. Undecided where nothing
    tells how large anything is, or how much an instance does.
    """
    prices = book or shipped()

    @observation("nothing_oversized", objective=f"{least_pct:g} % of units, {least_cpu_pct:g} % of CPU used at least")
    def judged(history: History) -> Finding:
        stretch = usual(history)
        complete(history, stretch)
        units = list(_units(history, stretch, demand, prices, tables, in_the_long_run=True))
        instances = list(_instances(history, stretch, prices, demand))
        busiest = max(instances, key=lambda each: each.used_pct, default=None)
        idle = [each for each in units if each.used_pct < least_pct and each.usd_per_month >= worth_usd]
        if busiest is not None and busiest.used_pct < least_cpu_pct:
            idle.append(busiest)
        return _found(history, [*units, *instances], idle, word="oversized")

    return judged


def nothing_undersized(
    *,
    most_pct: float = 90.0,
    most_cpu_pct: float = 90.0,
    demand: Demand = AS_MEASURED,
    book: PriceBook | None = None,
    tables: Collection[str] | None = None,
) -> Check:
    """No table was throttled for want of units, and nothing uses more than `most_pct` of what it has.

    Judged without a fault: what an injected overrun throttles is no want. Undecided as `nothing_oversized` is.
    """
    prices = book or shipped()

    @observation("nothing_undersized", objective=f"{most_pct:g} % of units, {most_cpu_pct:g} % of CPU used at most")
    def judged(history: History) -> Finding:
        stretch = usual(history)
        complete(history, stretch)
        units = list(_units(history, stretch, demand, prices, tables))
        instances = list(_instances(history, stretch, prices, demand))
        small = [each for each in units if each.used_pct > most_pct]
        small += [each for each in instances if each.used_pct > most_cpu_pct]
        throttled = _throttled(history, stretch)
        found = _found(history, [*units, *instances], small, word="undersized")
        if not throttled:
            return found
        worst, number = max(throttled.items(), key=lambda each: each[1])
        return Finding(
            ruling=Ruling.BROKEN,
            because=f"{worst} was throttled {number:,} times {stretch.name}, for want of its own capacity",
            measured={**found.measured, "throttled": sum(throttled.values())},
            evidence=(*(f"{each}: {counted(many, 'throttle')}" for each, many in throttled.items()), *found.evidence),
        )

    return judged


def _found(history: History, sizes: list[Size], wrong: list[Size], *, word: str) -> Finding:
    setup = Setup.of(history)
    if not setup.tables and setup.cluster is None:
        raise Undecided("no table and no instance tells how large it is")
    by_use = sorted(each for each, table in setup.tables.items() if not table.is_provisioned)
    if not sizes:
        return Finding(
            ruling=Ruling.HELD,
            because=f"{', '.join(by_use)}: paid for by use, so nothing can be {word}",
            measured={"judged": 0},
        )
    first = (min if word == "oversized" else max)(wrong or sizes, key=lambda each: each.used_pct)
    measured: dict[str, Figure] = {
        "judged": len(sizes),
        word: len(wrong),
        "used_pct": first.used_pct,
        "paid_usd_per_month": first.usd_per_month,
    }
    shown = [*wrong, *(each for each in sizes if each not in wrong)]
    return Finding(
        ruling=Ruling.BROKEN if wrong else Ruling.HELD,
        because=first.told(),
        measured=measured,
        evidence=listed(
            [*(each.told() for each in shown[:SHOWN]), *dict.fromkeys(each.mend for each in wrong if each.mend)],
            len(shown) + len({each.mend for each in wrong if each.mend}),
        ),
    )


def _provisioned(capacities: Collection[Capacity], _: float) -> float:
    """The units that are there at the moment, whatever is used."""
    return sum(each.provisioned for each in capacities)


def _units(
    history: History,
    stretch: Stretch,
    demand: Demand,
    book: PriceBook,
    only: Collection[str] | None,
    *,
    in_the_long_run: bool = False,
) -> Iterator[Size]:
    """Reads and writes of each provisioned table, its indexes with it."""
    setup = Setup.of(history)
    if not any(table.is_provisioned for table in setup.tables.values()):
        return
    used = averages(history, setup, stretch, demand)
    for resource, table in setup.tables.items():
        if not table.is_provisioned or (only is not None and table.name not in only):
            continue
        for kind, index, capacities in (("read", 0, table.reads), ("write", 1, table.writes)):
            if not any(each.provisioned for each in capacities.values()):
                continue
            average = used.get(resource, (0.0, 0.0))[index]
            held = (held_in_the_long_run if in_the_long_run else _provisioned)(capacities.values(), average)
            try:
                price = UnitPrices.of(book, table.region, reads=kind == "read", replicated=bool(table.replicas))
            except ConfigError as error:
                raise Undecided(str(error)) from error
            yield Size(
                subject=resource,
                of=f"{held:g} {kind} units",
                used_pct=100 * average / held,
                usd_per_month=provisioned(held, price),
                mend=f"let Application Auto Scaling follow the use of {resource}, with a smaller minimum, or: "
                f"aws dynamodb update-table --table-name {table.name} --region {table.region} "
                "--billing-mode PAY_PER_REQUEST",
            )


def _instances(history: History, stretch: Stretch, book: PriceBook, demand: Demand) -> Iterator[Size]:
    """CPU of each instance that is paid for by its class, at the peak; `Undecided` where none was measured."""
    cluster = Setup.of(history).cluster
    if cluster is None:
        return
    rows = history.table("metrics").filter(
        (pl.col("name").cast(pl.String) == "CPUUtilization")
        & (pl.col("statistic").cast(pl.String) == "Average")
        & (pl.col("at_ns") > stretch.from_ns)
        & (pl.col("at_ns") - pl.col("period_s") * 1e9 < stretch.to_ns)
    )
    by_name = dict(rows.group_by(pl.col("subject").cast(pl.String)).agg(pl.col("value").mean()).iter_rows())
    known = {each: kind for each, kind in cluster.instances.items() if kind != SERVERLESS}
    silent = sorted(set(known) - set(by_name))
    if silent:
        raise Undecided(f"CloudWatch told no CPUUtilization of {', '.join(silent)} {stretch.name}")
    extra = IO_OPTIMIZED if cluster.io_optimized else ""
    peak = demand.peak_of(cluster.name) or 1.0
    at_peak = "" if peak == 1 else f" at the peak, {peak:g} times the average,"
    for instance, kind in known.items():
        try:
            usd = book.price(cluster.region, kind + extra).usd * HOURS_A_MONTH
        except ConfigError as error:
            raise Undecided(str(error)) from error
        yield Size(
            subject=instance,
            of=f"the CPU of a {kind}{at_peak}",
            used_pct=min(100.0, peak * by_name[instance]),
            usd_per_month=usd,
            mend=f"aws rds modify-db-instance --db-instance-identifier {instance} --db-instance-class "
            f"CLASS --region {cluster.region}, the readers first",
        )


def _other_reasons(calls: pl.DataFrame | None, stretch: Stretch) -> set[str]:
    """Tables of which a call told a reason: then that is known, and metrics tell no more."""
    if calls is None:
        return set()
    return set(
        stretch.of(calls, "answered_ns").filter(pl.col("reasons").list.len() > 0)["table"].cast(pl.String).drop_nulls()
    )


def _throttled(history: History, stretch: Stretch) -> dict[str, int]:
    """How often each table was throttled for want of its own capacity."""
    found: dict[str, int] = {}
    calls = history.tables.get("calls")
    if calls is not None and not calls.is_empty():
        rows = (
            stretch.of(calls, "answered_ns")
            .select(pl.col("table").cast(pl.String), "reasons")
            .drop_nulls()
            .explode("reasons")
            .filter(pl.any_horizontal([pl.col("reasons").str.ends_with(each) for each in TOO_FEW]))
        )
        found = dict(rows.group_by("table").len().sort("table").iter_rows())
    metrics = history.tables.get("metrics")
    if metrics is not None and not metrics.is_empty():
        rows = stretch.of(metrics, "at_ns").filter(
            pl.col("name").cast(pl.String).is_in(THROTTLES) & (pl.col("statistic").cast(pl.String) == "Sum")
        )
        told = rows.group_by(pl.col("subject").cast(pl.String)).agg(pl.col("value").sum()).iter_rows()
        # Metrics do not tell the reason: they count where calls told none of another one.
        other = _other_reasons(calls, stretch)
        found |= {table: int(number) for table, number in told if number and table not in found and table not in other}
    return found
