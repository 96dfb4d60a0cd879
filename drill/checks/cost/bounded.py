"""Whether an overrun has an end: a cap of the table, or the units that it holds."""

from __future__ import annotations

from drill.checks.cost.overrun import Grown, Overrun
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.costs import PriceBook, Setup, shipped
from drill.costs.capacity_model import UnitPrices, on_demand, provisioned
from drill.costs.items import READ_CAPACITY, READS, UNIT_HOUR
from drill.costs.setup import TableSetup
from drill.errors import ConfigError, Undecided
from drill.history import History
from drill.verdict import Check, Ruling

LEEWAY = 1.5
"""AWS keeps a cap as a target and lets bursts pass, so that a few seconds may be above it by so much.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode-max-throughput.html
"""


def overrun_is_bounded(most_usd: float | None = None, *, book: PriceBook | None = None) -> Check:
    """What grew most under the fault cannot grow without end, and its cap stands in USD per month.

    On-demand: OnDemandThroughput caps the table and each of its indexes; without a cap the promise is broken, since
    DynamoDB offers one, and so it is where consumption went past the cap by half. Provisioned: its units, or what
    autoscaling may raise them to. `most_usd` is how high the bound may be. Aurora offers no cap on I/O in the standard
    model: there the promise is undecided, and a suite asks for alarms instead.
    """
    prices = book or shipped()

    @promise("overrun_is_bounded", objective=None if most_usd is None else f"by {most_usd:,.2f} USD per month")
    def judged(history: History, moments: Moments) -> Finding:
        overrun = Overrun.of(history, moments, prices)
        grown = overrun.largest()
        if grown.line.service != "dynamodb":
            raise Undecided(
                f"{grown.line.item} of {grown.line.resource} grew most, and AWS offers no cap on it; "
                "alarms on consumption are what is left (consumption_is_watched)"
            )
        setup = Setup.of(history)
        if grown.line.unit == UNIT_HOUR and grown.line.resource not in setup.tables:
            return _held(grown, most_usd)
        try:
            return _judged(setup.table(grown.line.resource), grown, most_usd, prices)
        except ConfigError as error:
            raise Undecided(str(error)) from error

    return judged


def _held(grown: Grown, most_usd: float | None) -> Finding:
    """What is held ready costs what it costs, and no more, whoever uses it; all that is known is metrics."""
    usd = grown.line.usd_per_month
    dear = most_usd is not None and usd > most_usd
    allowed = f", of {most_usd:,.2f} allowed" if dear else ""
    return Finding(
        ruling=Ruling.BROKEN if dear else Ruling.HELD,
        because=f"{grown.table}: bounded by its {grown.line.item} at {usd:,.2f} USD per month{allowed}",
        measured={"bound_usd_per_month": usd, "seen_usd_per_month": usd},
        evidence=(grown.told(),),
    )


def _judged(table: TableSetup, grown: Grown, most_usd: float | None, book: PriceBook) -> Finding:
    reads = grown.line.item in {READS, READ_CAPACITY}
    kind = "read" if reads else "write"
    prices = UnitPrices.of(book, table.region, reads=reads, replicated=bool(table.replicas))
    capacities = table.reads if reads else table.writes
    seen = grown.line.usd_per_month
    if table.is_provisioned:
        units = sum(max(each.provisioned, (each.scaling or {}).get("max") or 0) for each in capacities.values())
        bound, by = provisioned(units, prices), f"{units:g} provisioned {kind} units"
    else:
        uncapped = sorted(name for name, each in capacities.items() if each.cap is None)
        if uncapped:
            return Finding(
                ruling=Ruling.BROKEN,
                because=f"nothing caps the {kind}s of {', '.join(uncapped)}: {seen:,.2f} USD per month were seen",
                measured={"seen_usd_per_month": seen},
                evidence=(_mend(table, kind), grown.told()),
            )
        units = sum(each.cap or 0.0 for each in capacities.values())
        bound, by = on_demand(units, prices), f"a cap of {units:g} {kind} units/s"
    past = seen > LEEWAY * bound
    dear = most_usd is not None and bound > most_usd
    ending = ", and consumption went past it" if past else f", of {most_usd:,.2f} allowed" if dear else ""
    return Finding(
        ruling=Ruling.BROKEN if past or dear else Ruling.HELD,
        because=f"{table.name}: bounded by {by} at {bound:,.2f} USD per month{ending}; {seen:,.2f} were seen",
        measured={"bound_usd_per_month": bound, "seen_usd_per_month": seen},
        evidence=(grown.told(), *((_mend(table, kind),) if past or dear else ())),
    )


def _mend(table: TableSetup, kind: str) -> str:
    return (
        f"aws dynamodb update-table --table-name {table.name} --region {table.region} "
        f"--on-demand-throughput Max{kind.title()}RequestUnits=UNITS_A_SECOND"
    )
