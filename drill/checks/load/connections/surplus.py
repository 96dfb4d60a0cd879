"""How clients that find no room are told so."""

import polars as pl

from drill.checks.load.sampled import belongs
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, causes, counted, listed, seconds
from drill.errors import Undecided
from drill.history import Action, Cause, History, Outcome
from drill.verdict import Check, Ruling

CROWD = ("flood", "leak", "storm")
"""How the names of the fault's own clients begin."""

FULL = "53300"


def surplus_is_refused_clearly(limit_s: float = 1.0) -> Check:
    """Each client that finds no room is told so, by SQLSTATE 53300, within `limit_s`; none is left hanging.

    Judged are the connections that the fault's clients tried, from injection until healing began, and that were
    not opened. Undecided where all were opened: the server was never full.
    """

    @promise("surplus_is_refused_clearly", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        tried = crowd(history, moments)
        held = tried.filter(pl.col("outcome") == str(Outcome.OK)).height
        surplus = _surplus(tried, Stretch.during(history, moments), limit_s)
        if surplus.is_empty():
            raise Undecided(f"the server was never full: {counted(held, 'connection')} opened, and none was refused")
        refused = surplus.filter(pl.col("code") == FULL)
        hung = surplus.filter(pl.col("cause") == str(Cause.SILENT))
        late = refused.filter(pl.col("took_ns") > limit_s * SECOND_NS)
        unclear = surplus.filter((pl.col("code") != FULL).fill_null(value=True))
        slowest_ns = int(surplus["took_ns"].max() or 0)  # type: ignore[arg-type]  # Int64
        wrong = pl.concat([unclear, late]).sort("invoked_ns")
        because = (
            f"{counted(refused.height, 'connection')} beyond the {held:,} opened refused by {FULL}, "
            f"the slowest answer after {seconds(slowest_ns)}, of {allowed(limit_s)} allowed"
        )
        if wrong.height:
            because = f"{because}; not so {counted(wrong.height, 'other')}: {causes(wrong)}"
        return Finding(
            ruling=Ruling.BROKEN if wrong.height else Ruling.HELD,
            because=because,
            measured={
                "held_connections": held,
                "refused_connections": refused.height,
                "hung_connections": hung.height,
                "slowest_refusal_s": slowest_ns / SECOND_NS,
            },
            evidence=listed(_lines(wrong.head(SHOWN), moments), wrong.height),
        )

    return judged


def crowd(history: History, moments: Moments) -> pl.DataFrame:
    """The connections that the fault's clients tried since injection; `took_ns` is how long each took."""
    tried = history.only(Action.CONNECT).filter(belongs(CROWD, "client"))
    since = tried.filter(pl.col("invoked_ns") >= moments.injected_ns)
    if since.is_empty():
        raise Undecided("no client of the fault tried to connect")
    return since.with_columns(took_ns=pl.col("completed_ns") - pl.col("invoked_ns"))


def _surplus(tried: pl.DataFrame, during: Stretch, limit_s: float) -> pl.DataFrame:
    """Those not opened; what healing itself cut off counts only where it had hung for too long by then."""
    before_healing = pl.col("completed_ns") < during.to_ns
    hung_already = during.to_ns - pl.col("invoked_ns") > limit_s * SECOND_NS
    return tried.filter((pl.col("outcome") != str(Outcome.OK)) & (before_healing | hung_already))


def _lines(wrong: pl.DataFrame, moments: Moments) -> list[str]:
    return [
        f"{row['client']}, {moments.since_injection_s(row['invoked_ns']):.2f} s after injection: "
        f"{row['cause'] or 'unknown'}" + (f" ({row['code']})" if row["code"] else "") + f" in {seconds(row['took_ns'])}"
        for row in wrong.rows(named=True)
    ]
