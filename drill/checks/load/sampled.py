"""What the server was seen doing, sample by sample: at which moments somebody looked, and how far they lie apart."""

from dataclasses import dataclass

import polars as pl

from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.errors import Undecided
from drill.history import History

MONITOR = "drill monitor"
"""What only looks, and is no evidence of anything."""

LAST_NS = SECOND_NS
"""An instance that was not looked at for so long before the end of what is judged may show anything by then."""

WATCHED_NS = 3 * SECOND_NS
"""For at least so long must be looked, unless less is judged."""

FEW = 3
"""With fewer looks nothing can be said of a stretch of time."""

MOMENT = ("instance", "at_ns")
"""What tells one look from another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """The moments at which the server was looked at in a stretch, in order."""

    at_ns: pl.Series
    interval_ns: int

    @property
    def number(self) -> int:
        """How many."""
        return len(self.at_ns)


def looks(history: History, stretch: Stretch, *, least: int = FEW) -> Looks:
    """When the server was looked at; `Undecided` where it was too seldom."""
    table = history.tables.get("samples")
    rows = history.table("sessions") if table is None else table.drop_nulls("connections")
    each = stretch.of(rows, "at_ns").select(MOMENT).unique().sort("at_ns")
    moments = each["at_ns"].unique(maintain_order=True)
    if len(moments) < least:
        raise Undecided(f"the server was looked at {len(moments)} times {stretch.name}, of {least} needed")
    # With several instances the moments of each lie between those of the others: the looks of one count.
    interval = each.select(pl.col("at_ns").diff().over("instance").median()).item()
    return Looks(at_ns=moments, interval_ns=round(interval or 0))


def every_instance_looked_at(history: History, moments: Moments, stretch: Stretch, *, until_ns: int) -> None:
    """Raise `Undecided` where an instance that was looked at before the fault was not until then, though it is up.

    Then what it did last is not known, whatever the others show. Down is a reader that does not answer in the end.
    """
    rows = history.table("samples").drop_nulls("connections").with_columns(pl.col("instance").cast(pl.String))
    known = set(rows.filter(pl.col("at_ns") < moments.injected_ns)["instance"])
    seen = stretch.of(rows, "at_ns").group_by("instance").agg(number=pl.len(), last_ns=pl.col("at_ns").max())
    last_ns = int(rows["at_ns"].max() or 0)  # type: ignore[arg-type]  # Int64
    end_ns = min(until_ns, max(last_ns, stretch.from_ns + WATCHED_NS))
    enough = seen.filter((pl.col("number") >= FEW) & (pl.col("last_ns") >= end_ns - LAST_NS))
    missing = sorted(known - set(enough["instance"]) - _down(history, stretch))
    if missing:
        raise Undecided(f"not looked at until the end {stretch.name}, as before the fault: {', '.join(missing)}")


def _down(history: History, stretch: Stretch) -> set[str]:
    """The readers that did not answer when they were last asked, several times on end."""
    lags = history.tables.get("lags")
    if lags is None:
        return set()
    asked = stretch.of(lags, "at_ns").with_columns(pl.col("instance").cast(pl.String)).sort("at_ns")
    last = asked.group_by("instance").agg(pl.col("answers").tail(FEW).any(), number=pl.len())
    return set(last.filter(~pl.col("answers") & (pl.col("number") >= FEW))["instance"])


def sessions(history: History, stretch: Stretch) -> pl.DataFrame:
    """The sessions seen in a stretch, none of ours that only looks, and none that replicates."""
    rows = stretch.of(history.table("sessions"), "at_ns")
    application, query = pl.col("application").cast(pl.String), pl.col("query").cast(pl.String)
    ours = application.fill_null("").str.starts_with(MONITOR)
    return rows.filter(~ours & ~query.fill_null("").str.starts_with("START_REPLICATION"))


def belongs(prefixes: tuple[str, ...], column: str = "application") -> pl.Expr:
    """Whether a name begins with one of these."""
    name = pl.col(column).cast(pl.String).fill_null("")
    return pl.any_horizontal([name.str.starts_with(prefix) for prefix in prefixes])


def shortened(query: str | None, most: int = 100) -> str:
    """A statement on one line, cut where it is long."""
    line = " ".join((query or "").split())
    return line if len(line) <= most else line[: most - 4] + " ..."


def since_s(at_ns: int, moment_ns: int) -> float:
    """Seconds from one moment to another."""
    return (at_ns - moment_ns) / SECOND_NS
