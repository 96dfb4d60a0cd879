"""How long the application's own users were without service.

answered OK at one endpoint   x x x x x x     (fault)     x    x    x x x x x x x x
                                         |-----------|                               the longest gap
                                         |--------------------|                      until it is served again, for good

A lucky answer in between is no service: see service.py.
"""

import polars as pl

from drill.checks.load.arrivals import ANSWERED, arrivals
from drill.checks.load.integration.service import unserved
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import allowed, causes, seconds
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def application_recovers_within(limit_s: float) -> Check:
    """From injection on, no endpoint of the application is without service for longer than `limit_s`.

    Without service it is from the first request that is not served until, for good, nine in ten are again; and in each
    gap without an answer. The requests that write and those that only read are judged apart, by the endpoint that they
    go to, since reads that go on do not make up for writes that stop. One that never comes back lasts to the end of the
    load. Undecided where an endpoint had no answer before the fault, and where the load ended too early to tell.
    """

    @promise("application_recovers_within", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        since = arrivals(history, Stretch.since(moments)).enough()
        gaps = outages(history, moments)
        away = unserved(history, moments)
        both = pl.concat([gaps, away.select(gaps.columns)])
        worst = both.sort("length_ns", "endpoint", descending=[True, False]).row(0, named=True)
        late = worst["length_ns"] > limit_s * SECOND_NS
        unended = sorted(set(both.filter("open")["endpoint"]))
        failed = 1 - since.ok_share
        because = (
            f"requests to the {worst['endpoint']} endpoint went unserved for {seconds(worst['length_ns'])}, of "
            f"{allowed(limit_s)} allowed; {100 * failed:.2f} % of all requests failed since injection"
        )
        if since.failed.height:
            because += f": {causes(since.failed)}"
        ruling = Ruling.BROKEN if late else Ruling.UNDECIDED if unended else Ruling.HELD
        if ruling is Ruling.UNDECIDED:
            because = f"the load ended while {', '.join(unended)} went unserved; {because}"
        return Finding(
            ruling=ruling,
            because=because,
            measured={
                "application_outage_s": gaps["length_ns"][0] / SECOND_NS,
                "application_unserved_s": int(away["length_ns"].max() or 0) / SECOND_NS,  # type: ignore[arg-type]
                "failed_requests_pct": 100 * failed,
                "noise_floor_ms": gaps["floor_ns"][0] / 1e6,
            },
            evidence=(*_lines(gaps, moments, "without an answer"), *_lines(away, moments, "until served again")),
        )

    return judged


def _lines(rows: pl.DataFrame, moments: Moments, what: str) -> list[str]:
    return [
        f"{row['endpoint']}: {seconds(row['length_ns'])} {what}, from "
        f"{moments.since_injection_s(row['from_ns']):.2f} s after injection"
        + (", and not at the end" if row["open"] else "")
        for row in rows.rows(named=True)
    ]


def outages(history: History, moments: Moments) -> pl.DataFrame:
    """One row an endpoint: its longest stretch without an answer since injection, the longest of all first.

    Columns endpoint, from_ns, length_ns, open (it lasted to the end of the load), floor_ns (the longest before).
    """
    requests = history.table("requests").with_columns(pl.col("endpoint").cast(pl.String))
    ends = requests.group_by("endpoint").agg(at_ns=pl.col("due_ns").max(), end=pl.lit(value=True))
    answers = requests.filter(ANSWERED).select("endpoint", at_ns="completed_ns", end=pl.lit(value=False))
    first = answers.group_by("endpoint").agg(pl.col("at_ns").min())
    known = first.filter(pl.col("at_ns") < moments.injected_ns)["endpoint"]
    unknown = sorted(set(ends["endpoint"]) - set(known))
    if unknown or ends.is_empty():
        raise Undecided(f"no request to {' and '.join(unknown) or 'any endpoint'} was answered before the fault")
    stretches = (
        pl.concat([answers, ends])
        .sort("at_ns", maintain_order=True)
        .with_columns(from_ns=pl.col("at_ns").shift().over("endpoint"))
        .drop_nulls("from_ns")
        .with_columns(length_ns=pl.col("at_ns") - pl.col("from_ns"))
    )
    before = pl.col("at_ns") <= moments.injected_ns
    floor = stretches.group_by("endpoint").agg(floor_ns=pl.col("length_ns").filter(before).max().fill_null(0))
    since = stretches.filter(~before).sort("length_ns", descending=True).unique("endpoint", keep="first")
    # What is due last is answered a little later: that it was not yet, is no outage.
    still = pl.col("end") & (pl.col("length_ns") > pl.max_horizontal(pl.col("floor_ns"), pl.lit(SECOND_NS)))
    return (
        since.join(floor, on="endpoint", how="left")
        .select("endpoint", "from_ns", "length_ns", "floor_ns", open=still)
        .sort("length_ns", "endpoint", descending=[True, False])
    )
