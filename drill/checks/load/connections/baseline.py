"""Whether the server's connections are as many again as before."""

import polars as pl

from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise, within
from drill.checks.words import allowed, seconds
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

FEW = 3


def connections_return_to_baseline(limit_s: float = 5.0, *, slack: int = 2) -> Check:
    """Within `limit_s` of healing no instance has more connections than before the fault, `slack` aside, for good.

    The baseline of an instance is the median before injection. Undecided where it was looked at too seldom, and
    where nobody looked long enough.
    """

    @promise("connections_return_to_baseline", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        samples = history.table("samples").drop_nulls("connections").sort("at_ns")
        baseline = _baseline(samples, moments)
        peak = Stretch.during(history, moments).of(samples, "at_ns")["connections"].max()
        after = Stretch.after(moments)
        later = after.of(samples, "at_ns").join(baseline, on="instance", how="inner")
        if later["at_ns"].n_unique() < FEW:
            raise Undecided("the connections were not counted after healing")
        above = later.filter(pl.col("connections") > pl.col("baseline") + slack)
        last_ns = int(later["at_ns"].max())  # type: ignore[arg-type]  # Int64
        back_ns, interval_ns = _back(later, above)
        held_ns = back_ns - after.from_ns if back_ns else last_ns - after.from_ns
        ruling = within(held_ns, interval_ns, limit_s) if back_ns else _never(held_ns, limit_s)
        usual = int(baseline["baseline"].sum())
        return Finding(
            ruling=ruling,
            because=_because(back_ns is not None, held_ns, usual, above, limit_s),
            measured={
                "baseline_connections": usual,
                "peak_connections": None if peak is None else int(peak),  # type: ignore[arg-type]  # Int32
                "back_to_baseline_s": held_ns / SECOND_NS if back_ns else None,
            },
            evidence=tuple(
                f"{row['instance']}: {row['connections']} connections, {seconds(row['at_ns'] - after.from_ns)} after "
                f"healing, {row['baseline']:.0f} before"
                for row in above.tail(10).rows(named=True)
            ),
        )

    return judged


def _baseline(samples: pl.DataFrame, moments: Moments) -> pl.DataFrame:
    before = Stretch.steady(moments).of(samples, "at_ns")
    if before["at_ns"].n_unique() < FEW:
        raise Undecided("the connections were not counted before the fault")
    return before.group_by("instance").agg(baseline=pl.col("connections").median())


def _back(later: pl.DataFrame, above: pl.DataFrame) -> tuple[int | None, int]:
    """Since when no instance was above, None: never; and how exactly that is known, by how often it was looked at."""
    looks = later["at_ns"].unique().sort()
    interval_ns = round(float(looks.diff().median() or 0))  # type: ignore[arg-type]  # Float64
    if above.is_empty():
        return int(looks[0]), 0
    calm = looks.filter(looks > above["at_ns"].max())
    return (None if calm.is_empty() else int(calm[0])), interval_ns


def _never(watched_ns: int, limit_s: float) -> Ruling:
    return Ruling.BROKEN if watched_ns > limit_s * SECOND_NS else Ruling.UNDECIDED


def _because(back: bool, held_ns: int, usual: int, above: pl.DataFrame, limit_s: float) -> str:  # noqa: FBT001
    limit = f"{allowed(limit_s)} allowed"
    if not back:
        now = int(above["connections"][-1])
        return f"{now} connections were still open {seconds(held_ns)} after healing, {usual} before it; {limit}"
    if above.is_empty():
        return f"no more than the {usual} connections of before were open when first looked at after healing, {limit}"
    return f"the connections were the {usual} of before again {seconds(held_ns)} after healing, of {limit}"
