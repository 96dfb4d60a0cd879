"""What CloudWatch counted of a table, as a rate: whoever did it, and through whatever client."""

import polars as pl

from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.errors import Undecided
from drill.history import History

NAMESPACE = "AWS/DynamoDB"


def until_injection(moments: Moments) -> Stretch:
    """All that was counted before the fault; periods may be too long for the few seconds of steady state."""
    return Stretch(name="before the fault", from_ns=0, to_ns=moments.injected_ns)


def rates(history: History, stretch: Stretch, name: str, statistic: str = "Sum") -> pl.DataFrame:
    """What was counted a second in a stretch: subject, detail (null: the table itself), per_s.

    Periods are a second on the lab, and a minute on AWS: each counts that overlaps the stretch, of the time before the
    fault only whole ones, lest they hold some of it. What was not counted has no row, as CloudWatch gives no zeros; the
    rate is over all periods of any metric. `Undecided` where nothing at all was counted.
    """
    begun = pl.col("at_ns") - pl.col("period_s") * 1e9
    inside = (pl.col("at_ns") > stretch.from_ns) & (begun < stretch.to_ns)
    if not stretch.from_ns:
        inside = pl.col("at_ns") <= stretch.to_ns
    rows = history.table("metrics").filter((pl.col("namespace") == NAMESPACE) & inside)
    if rows.is_empty():
        raise Undecided(f"CloudWatch told nothing of any table {stretch.name}")
    span_s = float(rows.select((pl.col("at_ns").max() - begun.min()) / 1e9).item())
    return (
        rows.with_columns(pl.col("subject", "detail", "name", "statistic").cast(pl.String))
        .filter((pl.col("name") == name) & (pl.col("statistic") == statistic))
        .unique(["subject", "detail", "region", "at_ns"], keep="last", maintain_order=True)
        .group_by("subject", "detail")
        .agg(per_s=pl.col("value").sum() / span_s)
        .sort("subject", "detail")
    )
