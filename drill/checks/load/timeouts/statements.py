"""Whether the server ends statements that take too long."""

import polars as pl

from drill.checks.load.sampled import looks, sessions, shortened
from drill.checks.load.stretches import Stretch
from drill.checks.load.timeouts.culprits import culprits
from drill.checks.load.timeouts.unbounded import unbounded
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, causes, counted, listed
from drill.errors import Undecided
from drill.history import History, Outcome
from drill.verdict import Check, Ruling

CANCELLED = "57014"
OTHER_LIMITS = ("55P03", "25P03")
"""A statement that waited for a lock for too long, and a transaction idle for too long, had limits of their own."""


def statements_end_in_time(
    limit_s: float, *, slack_s: float = 0.25, applications: tuple[str, ...] = (), required: bool = True
) -> Check:
    """No statement outlives `limit_s` by more than `slack_s`, and those of the culprits end with SQLSTATE 57014.

    Judged are statements seen active on the server during the fault, of `applications` (none named: of all), and those
    that the culprits themselves timed. Broken, too, where the application's statement_timeout is 0. Undecided where
    that was not recorded, where the server was looked at too seldom, and, if that is `required`, where no statement of
    a culprit was seen to end so.
    """

    @promise("statements_end_in_time", objective=f"{allowed(limit_s)} and {slack_s * 1000:g} ms")
    def judged(history: History, moments: Moments) -> Finding:
        longest_s = limit_s + slack_s
        seen = _active(history, moments, applications)
        old = _oldest(seen.filter(pl.col("query_age_s") > longest_s))
        asked = culprits(history, moments).filter(
            ~pl.col("code").cast(pl.String).is_in(OTHER_LIMITS).fill_null(value=False)
        )
        late = asked.filter(pl.col("took_s") > longest_s)
        cancelled = asked.filter(pl.col("code") == CANCELLED)
        otherwise = asked.filter((pl.col("outcome") != str(Outcome.OK)) & pl.col("code").ne_missing(CANCELLED))
        oldest_s = max(_most(seen["query_age_s"]), _most(asked["took_s"]))
        measured = {
            "oldest_statement_s": oldest_s,
            "cancelled_statements": cancelled.height,
            "late_statements": old.height + late.height,
        }
        if old.height or late.height:
            by = f"outlived the {allowed(limit_s)} allowed, the oldest by {oldest_s - limit_s:.2f} s"
            number = max(old.height, late.height)
            lines = _lines(old)
            return Finding(
                ruling=Ruling.BROKEN,
                because=f"{counted(number, 'statement')} {by}",
                measured=measured,
                evidence=listed(lines, old.height),
            )
        if none := unbounded(history, "statement_timeout"):
            return none
        if otherwise.height:
            because = f"{counted(otherwise.height, 'statement')} did not end with {CANCELLED}: {causes(otherwise)}"
            return Finding(ruling=Ruling.BROKEN, because=because, measured=measured)
        if required and cancelled.is_empty():
            raise Undecided(
                f"no statement of a culprit was seen to end with {CANCELLED}: nothing put the limit to test"
            )
        because = (
            f"{counted(cancelled.height, 'statement')} ended with {CANCELLED}, the slowest after "
            f"{_most(cancelled['took_s']):.2f} s; the oldest seen on the server was {_most(seen['query_age_s']):.2f} s "
            f"old, of {allowed(longest_s)} allowed"
        )
        return Finding(ruling=Ruling.HELD, because=because, measured=measured)

    return judged


def _active(history: History, moments: Moments, applications: tuple[str, ...]) -> pl.DataFrame:
    during = Stretch.during(history, moments)
    looks(history, during)
    active = sessions(history, during).filter(pl.col("state") == "active")
    return active.filter(pl.col("application").is_in(applications)) if applications else active


def _oldest(old: pl.DataFrame) -> pl.DataFrame:
    """One row a statement: several looks see the same one, begun at the same moment but for a rounding."""
    begun = (pl.col("at_ns") / 1e9 - pl.col("query_age_s")).round(0)
    return (
        old.with_columns(begun=begun)
        .sort("query_age_s", descending=True)
        .unique(["instance", "pid", "begun"], keep="first", maintain_order=True)
    )


def _lines(old: pl.DataFrame) -> list[str]:
    return [
        f"{row['application']}, pid {row['pid']} at {row['instance']}, for at least {row['query_age_s']:.2f} s: "
        f"{shortened(row['query'])}"
        for row in old.head(SHOWN).rows(named=True)
    ]


def _most(column: pl.Series) -> float:
    return float(column.max() or 0)  # type: ignore[arg-type]  # Float64
