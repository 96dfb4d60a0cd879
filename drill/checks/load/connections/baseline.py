"""Whether the server's connections are as many again as before."""

import polars as pl

from drill.checks.load.sampled import belongs, every_instance_looked_at
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise, within
from drill.checks.words import allowed, seconds
from drill.errors import Undecided
from drill.history import History
from drill.tables import typed_table
from drill.verdict import Check, Ruling

FEW = 3

CROWDS = ("drill flood", "drill leak", "drill storm")
"""How the names of the fault's own connections begin."""


def connections_return_to_baseline(
    limit_s: float = 5.0, *, slack: int = 2, applications: tuple[str, ...] = CROWDS
) -> Check:
    """Within `limit_s` of healing no instance has more connections than before the fault, `slack` aside, for good.

    The baseline of an instance is the median before injection. The slack is for others: of the fault's own
    `applications` none may be left. Undecided where an instance was looked at too seldom, or not until the end.
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
        limit_ns = after.from_ns + round(limit_s * SECOND_NS)
        every_instance_looked_at(history, moments, after, until_ns=limit_ns)
        later = later.join(_left(history, after, applications), on=["instance", "at_ns"], how="left")
        more = pl.col("connections") > pl.col("baseline") + slack
        above = later.filter(more | (pl.col("left").fill_null(0) > 0))
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
                "left_connections": int(above["left"].max() or 0) if not back_ns else 0,  # type: ignore[arg-type]
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


def _left(history: History, after: Stretch, applications: tuple[str, ...]) -> pl.DataFrame:
    """How many of the fault's own connections were there at each look that saw any."""
    rows = history.tables.get("sessions")
    rows = typed_table("sessions", []) if rows is None else after.of(rows, "at_ns").filter(belongs(applications))
    return rows.group_by("instance", "at_ns").agg(left=pl.len())


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
        now, left = int(above["connections"][-1]), int(above["left"][-1] or 0)
        whose = f", {left} of them the fault's own" if left else ""
        return f"{now} connections{whose} were still open {seconds(held_ns)} after healing, {usual} before it; {limit}"
    if above.is_empty():
        return f"no more than the {usual} connections of before were open when first looked at after healing, {limit}"
    return f"the connections were the {usual} of before again {seconds(held_ns)} after healing, of {limit}"
