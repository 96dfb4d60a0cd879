"""How latency grows with load, and the highest rate that still meets the objective."""

import polars as pl

from drill.checks.load.arrivals import Arrivals, arrivals, figure, told_ms
from drill.checks.load.stretches import Stretch
from drill.checks.promise import Finding, observation
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

STAGE = "stage-"
"""How the subjects of the table `settings` begin that tell of the steps of a ramp: rate_per_s, from_ns, to_ns."""

SETTLING = 0.2
"""Of each step the share at its beginning that is left out: what piled up, or was not yet asked, is another step's."""

_STEPS = {
    "stage": pl.String(),
    "rate_per_s": pl.Float64(),
    "arrivals_per_s": pl.Float64(),
    "number": pl.Int64(),
    "ok_share": pl.Float64(),
    "p50_ms": pl.Float64(),
    "p95_ms": pl.Float64(),
    "p99_ms": pl.Float64(),
}


def ramp(history: History) -> pl.DataFrame:
    """One row a step, by rate: stage, rate_per_s, arrivals_per_s, number, ok_share, p50_ms, p95_ms, p99_ms.

    A latency without end (more were not answered than the percentile allows) is infinite. `Undecided` where no ramp
    was recorded, or a step had too few requests.
    """
    told = history.table("settings").filter(pl.col("subject").cast(pl.String).str.starts_with(STAGE))
    if told.is_empty():
        raise Undecided("no steps of a ramp were recorded")
    wide = (
        told.with_columns(pl.col("subject", "name").cast(pl.String))
        .pivot("name", index="subject", values="value", aggregate_function="last")
        .sort(pl.col("rate_per_s").cast(pl.Float64))
    )
    rows = [
        _step(row["subject"], float(row["rate_per_s"]), arrivals(history, _settled(row)).enough())
        for row in wide.rows(named=True)
    ]
    return pl.DataFrame(rows, schema=_STEPS)


def highest_rate(limit_ms: float = 10.0) -> Check:
    """The highest rate up to which 95 % of the requests are answered within `limit_ms`, step by step upwards.

    A report: any rate holds. Undecided where even the first step is beyond the objective, since then nothing is known
    of the rate that would not be: begin lower.
    """

    @observation("highest_rate", objective=f"p95 within {limit_ms:g} ms")
    def judged(history: History) -> Finding:
        steps = ramp(history).with_columns(within=pl.col("p95_ms") <= limit_ms)
        met = steps.filter(pl.col("within").cast(pl.Int8).cum_prod() == 1)
        first, last = steps.row(0, named=True), steps.row(-1, named=True)
        if met.is_empty():
            raise Undecided(
                f"p95 was {told_ms(first['p95_ms'])} at the lowest rate already, {first['rate_per_s']:g}/s: begin lower"
            )
        best = met.row(-1, named=True)
        beyond = steps.row(met.height, named=True) if met.height < steps.height else None
        because = f"p95 was {told_ms(best['p95_ms'])} at {best['rate_per_s']:g} requests/s"
        because += (
            f", and {told_ms(beyond['p95_ms'])} at {beyond['rate_per_s']:g}/s"
            if beyond
            else f", the highest rate that was tried; the limit of {limit_ms:g} ms was not reached"
        )
        return Finding(
            ruling=Ruling.HELD,
            because=because,
            measured={
                "highest_rate_per_s": best["rate_per_s"],
                "highest_rate_tried_per_s": last["rate_per_s"],
                "p95_ms": figure(best["p95_ms"]),
            },
            evidence=tuple(
                f"{row['rate_per_s']:g} requests/s ({row['arrivals_per_s']:.0f} offered): "
                f"p50 {told_ms(row['p50_ms'])}, p95 {told_ms(row['p95_ms'])}, p99 {told_ms(row['p99_ms'])}, "
                f"{100 * row['ok_share']:.1f} % answered OK"
                for row in steps.head(20).rows(named=True)
            ),
        )

    return judged


def _settled(row: dict[str, str]) -> Stretch:
    from_ns, to_ns = int(row["from_ns"]), int(row["to_ns"])
    return Stretch(name=f"at {row['rate_per_s']}/s", from_ns=from_ns + round(SETTLING * (to_ns - from_ns)), to_ns=to_ns)


def _step(stage: str, rate_per_s: float, due: Arrivals) -> dict[str, float | int | str]:
    latencies = {f"p{percent}_ms": due.latency_ms(percent) for percent in (50, 95, 99)}
    return {
        "stage": stage,
        "rate_per_s": rate_per_s,
        "arrivals_per_s": due.per_s,
        "number": due.number,
        "ok_share": due.ok_share,
        **latencies,
    }
