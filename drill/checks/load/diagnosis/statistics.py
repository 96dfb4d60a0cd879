"""The planner believes in figures that are no longer true."""

import polars as pl

from drill.checks.load.access.nodes import Scan, planned
from drill.checks.load.diagnosis.reason import Diagnosis, Reason
from drill.checks.moments import Moments
from drill.errors import Undecided
from drill.history import History

OFF = 10.0
"""An estimate that is wrong by this factor is worth nothing."""
WORSE = 5.0
"""And it must have become worse by this one, since some estimates are always bad."""
CHANGED = 0.1
"""The share of a table's rows at which autovacuum would analyse it (autovacuum_analyze_scale_factor)."""


def stale_statistics(history: History, moments: Moments) -> list[Diagnosis]:  # noqa: ARG001 - plans know their moment
    """Tables whose estimates went wrong under the fault, or of which many rows changed since they were analysed."""
    wrong = _estimates(history)
    changed = _changes(history)
    if wrong is None and changed is None:
        raise Undecided("there are neither executed plans nor counters from before and during the fault")
    wrong, changed = wrong or {}, changed or {}
    found = []
    for relation in sorted(wrong.keys() | changed.keys()):
        words = [words for words in (wrong.get(relation), changed.get(relation)) if words]
        found.append(
            Diagnosis(
                reason=Reason.STALE_STATISTICS,
                subject=relation,
                detail=f"table {relation}: {'; '.join(words)}",
                score=0.9 if len(words) == 2 else 0.6,
            )
        )
    return found


def _estimates(history: History) -> dict[str, str] | None:
    """By table: the scan whose estimate is furthest off; None where no plan was executed both times."""
    scans = {
        moment: {
            (each.pattern, each.statement, scan.relation): scan
            for each in planned(history, moment)
            for scan in each.scans
            if scan.off is not None
        }
        for moment in ("before", "during")
    }
    if not scans["before"] or not scans["during"]:
        return None
    worst: dict[str, tuple[float, str]] = {}
    for place, scan in scans["during"].items():
        before = _off(scans["before"].get(place))
        off = _off(scan)
        if off >= OFF and off >= WORSE * before and off > worst.get(scan.relation, (0.0, ""))[0]:
            words = f"{place[0]} finds {scan.actual_rows:,.0f} rows where the planner expects {scan.planned_rows:,.0f}"
            worst[scan.relation] = (off, words)
    return {relation: words for relation, (_, words) in worst.items()}


def _off(scan: Scan | None) -> float:
    return 1.0 if scan is None or scan.off is None else scan.off


def _changes(history: History) -> dict[str, str] | None:
    """By table: how many rows changed since ANALYZE, where that is many and was not so before."""
    rows = history.tables.get("counters")
    if rows is None:
        return None
    own = rows.filter(pl.col("index").is_null() & pl.col("relation").is_not_null())
    names = pl.col("name").is_in(["n_mod_since_analyze", "n_live_tup", "reltuples"])
    wide = (
        own.filter(names)
        .with_columns(pl.col("relation", "moment", "name").cast(pl.String))
        .group_by("relation", "moment", "name")
        .agg(pl.col("value").max())
        .pivot("name", index=["relation", "moment"], values="value")
    )
    if not {"n_mod_since_analyze", "n_live_tup"} <= set(wide.columns):
        return None
    # The counted rows begin anew where the table was written anew (CLUSTER), the planner's own do not.
    there = [pl.col(name) for name in ("n_live_tup", "reltuples") if name in wide.columns]
    share = pl.col("n_mod_since_analyze") / pl.max_horizontal(*there, 1.0)
    told = wide.with_columns(share=share).select("relation", "moment", "share", changed="n_mod_since_analyze")
    now = told.filter(pl.col("moment") == "during").drop("moment")
    then = told.filter(pl.col("moment") == "before").select("relation", before="share")
    many = now.join(then, on="relation", how="left").filter(
        (pl.col("share") >= CHANGED) & (pl.col("share") >= 2 * pl.col("before").fill_null(0.0))
    )
    return {
        row["relation"]: f"{row['changed']:,.0f} rows changed since it was analysed, {100 * row['share']:.0f} % of it"
        for row in many.rows(named=True)
    }
