"""Whether the evidence names what overran: table and operation, or statement, and what it costs a month."""

from __future__ import annotations

import math

import polars as pl

from drill.checks.cost.overrun import CENT, Grown, Overrun
from drill.checks.load.sampled import MONITOR, shortened
from drill.checks.load.stretches import Stretch
from drill.checks.load.told import Told
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN
from drill.costs import PriceBook, Setup, shipped
from drill.costs.from_calls import located
from drill.costs.items import MONTH_S, READ_CAPACITY, READS, UNIT_HOUR
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

READING = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems", "ExecuteStatement")
EXPLAINED = 0.5
"""So much of what a table grew by must be told by the operation that is named."""

SIGMAS = 3.0
"""By fewer standard deviations more requests are chance."""

FAILING = "a conditional write that fails"
"""What CloudWatch counts as ConditionalCheckFailedRequests, without its operation; it costs what it did not write."""

CONDITIONAL = ("putitem", "updateitem", "deleteitem", "transactwriteitems")

PROVISIONED = "provisioned units"
"""What is named where no operation is at fault, but what is held ready."""


def overrun_is_named(*, book: PriceBook | None = None) -> Check:
    """What grew most is named: the table and the operation (DynamoDB), the statement (Aurora), and USD per month.

    Broken where that is not what the fault tells of itself (`settings`, subject "fault": table, operation, relation,
    query): somebody would go and look elsewhere. What it does not tell is not compared. Undecided where nothing grew,
    or where no evidence tells which operation it was.
    """
    prices = book or shipped()

    @promise("overrun_is_named", objective="table and operation, or statement")
    def judged(history: History, moments: Moments) -> Finding:
        overrun = Overrun.of(history, moments, prices)
        grown, told = overrun.largest(), Told.of(history)
        if grown.line.service == "dynamodb":
            named, wrong = _operation(history, overrun, grown), ""
            for word, said in (("table", grown.table), ("operation", named)):
                expected = told.words.get(word)
                if expected is not None and not _same(expected, said):
                    wrong += f"; it was {word} {expected}"
            subject = f"{named} {'of' if named == PROVISIONED else 'on'} {grown.line.resource}"
        else:
            query, wrong = _statement(history, overrun, told)
            subject = f"{grown.line.item} of {grown.line.resource}, by: {shortened(query)}"
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{subject}: {grown.more_usd:,.2f} USD per month more than usual{wrong}",
            measured={
                "overrun_usd_per_month": grown.more_usd,
                "usual_usd_per_month": overrun.usual_usd,
                "share_of_overrun_pct": 100 * grown.more_usd / overrun.more_usd if overrun.more_usd > 0 else None,
            },
            evidence=tuple(each.told() for each in overrun.grown[:SHOWN] if each.more_usd >= CENT),
        )

    return judged


def _same(expected: str, said: str) -> bool:
    """`Scan` and boto3's `scan` are the same; of a condition that fails, metrics do not tell which write it was."""
    plain = expected.replace("_", "").lower()
    return plain == said.replace("_", "").lower() or (said == FAILING and plain in CONDITIONAL)


def _operation(history: History, overrun: Overrun, grown: Grown) -> str:
    """The operation by which the table grew most: as its calls tell, or, of others' calls, as metrics count them."""
    if grown.line.unit == UNIT_HOUR:
        return PROVISIONED
    reads = grown.line.item in {READS, READ_CAPACITY}
    named = _by_calls(history, overrun, grown, reads=reads) or _by_metrics(history, overrun, grown, reads=reads)
    if named is None:
        raise Undecided(f"{grown.line.resource} grew, and neither calls nor metrics tell by which operation")
    return named


def _by_metrics(history: History, overrun: Overrun, grown: Grown, *, reads: bool) -> str | None:
    """The operation of which there were more by far than chance explains; None where metrics show none."""
    metrics = history.tables.get("metrics")
    if metrics is None or metrics.is_empty():
        return None
    text = ("name", "statistic", "subject", "detail")
    own = metrics.with_columns(pl.col(*text).cast(pl.String)).filter(pl.col("subject") == grown.table)
    answered = (pl.col("name") == "SuccessfulRequestLatency") & (pl.col("statistic") == "SampleCount")
    kind = pl.col("detail").is_in(READING) == reads
    failed = (pl.col("name") == "ConditionalCheckFailedRequests") & (pl.col("statistic") == "Sum") & pl.lit(not reads)
    operation = pl.when(pl.col("name") == "SuccessfulRequestLatency").then("detail").otherwise(pl.lit(FAILING))
    counted = own.filter((answered & kind) | failed)
    before, now = (_counted(counted, stretch, operation) for stretch in (overrun.steady, overrun.under))
    longer = overrun.under.length_s / overrun.steady.length_s
    sure: dict[str, float] = {}
    for name, number in now.items():
        expected = before.get(name, 0.0) * longer
        if number - expected > SIGMAS * math.sqrt(max(1.0, expected * (1 + longer))):
            sure[name] = number - expected
    return max(sure, key=lambda name: sure[name], default=None)


def _counted(rows: pl.DataFrame, stretch: Stretch, key: pl.Expr) -> dict[str, float]:
    """The sum of each in a stretch; of a datapoint that is not wholly in it, the share that is."""
    period_ns = (pl.col("period_s") * SECOND_NS).cast(pl.Int64)
    latest_first = pl.max_horizontal(pl.col("at_ns") - period_ns, pl.lit(stretch.from_ns))
    common = pl.min_horizontal(pl.col("at_ns"), pl.lit(stretch.to_ns)) - latest_first
    shared = rows.with_columns(key=key, value=pl.col("value") * (common / period_ns).clip(0.0, 1.0))
    return dict(shared.drop_nulls("key").group_by("key").agg(pl.col("value").sum()).iter_rows())


def _by_calls(history: History, overrun: Overrun, grown: Grown, *, reads: bool) -> str | None:
    """None where the calls that were recorded explain less than half of it: then others sent them."""
    calls = history.tables.get("calls")
    if calls is None or calls.is_empty():
        return None
    own = located(calls, Setup.of(history)).filter(pl.col("table").cast(pl.String) == grown.table)
    column = "read_units" if reads else "write_units"
    rates = _rates(own, overrun, "answered_ns", pl.col("operation").cast(pl.String), pl.col(column).sum())
    usual, now = _line_units(grown)
    first = max(rates, key=lambda name: rates[name], default=None)
    return first if first is not None and rates[first] >= EXPLAINED * (now - usual) else None


def _line_units(grown: Grown) -> tuple[float, float]:
    """Units a second of the line that grew, as usual and under the fault."""
    per_usd = grown.line.quantity_per_month / grown.line.usd_per_month if grown.line.usd_per_month else 0.0
    now = grown.line.quantity_per_month * 1e6 / MONTH_S
    return grown.usual_usd * per_usd * 1e6 / MONTH_S, now


def _rates(rows: pl.DataFrame, overrun: Overrun, moment: str, key: pl.Expr, what: pl.Expr) -> dict[str, float]:
    """By how much a second each grew under the fault; those that did not are left out."""
    found: dict[str, float] = {}
    for stretch, sign in ((overrun.steady, -1.0), (overrun.under, 1.0)):
        seconds = max(1, stretch.to_ns - stretch.from_ns) / SECOND_NS
        summed = stretch.of(rows, moment).group_by(key.alias("key")).agg(value=what)
        for name, value in summed.drop_nulls("key").iter_rows():
            found[name] = found.get(name, 0.0) + sign * float(value or 0.0) / seconds
    return {name: value for name, value in found.items() if value > 0}


def _statement(history: History, overrun: Overrun, told: Told) -> tuple[str, str]:
    """The statement that ran more under the fault than before, and, in words, whether it was another one."""
    rows = history.table("sessions")
    text = pl.col("query").cast(pl.String)
    application = pl.col("application").cast(pl.String).fill_null("")
    running = rows.filter((pl.col("state").cast(pl.String) == "active") & ~application.str.starts_with(MONITOR))
    ordinary = running.filter(text.is_not_null() & ~text.str.starts_with("START_REPLICATION"))
    rates = _rates(ordinary, overrun, "at_ns", text, pl.len())
    if not rates:
        raise Undecided("no statement was seen running more often than before the fault")
    first = max(rates, key=lambda name: rates[name])
    return first, told.other_query([first]) + told.other_relation(first)
