"""Who is to blame: the statement that took the time, or the root of the chain of those who waited for a lock."""

from typing import Literal

import polars as pl

from drill.checks.load.sampled import belongs, sessions, shortened
from drill.checks.load.stretches import Stretch
from drill.checks.load.timeouts.chains import chains
from drill.checks.load.timeouts.culprits import APPLICATION
from drill.checks.load.timeouts.waiting import waits
from drill.checks.load.told import Told
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def culprit_is_named(kind: Literal["query", "lock"], *, expected: tuple[str, ...] = APPLICATION) -> Check:
    """The evidence names the culprit, and it is the fault's own, whose application name begins as `expected`.

    "query": the statement that most active time was spent in. "lock": the root of the blocking chain, how deep it was,
    how many waited, and for how long. Where the fault tells its application, query and relation, it must be these: the
    query is that which took the time, or one of those in the chain; the relation stands in what the root did.
    Undecided where no session was active, or waited.
    """
    named = _by_query if kind == "query" else _by_lock

    @promise("culprit_is_named", objective=f'the {kind} of "{expected[0]}"')
    def judged(history: History, moments: Moments) -> Finding:
        return named(history, Stretch.during(history, moments), expected)

    return judged


def _by_query(history: History, during: Stretch, expected: tuple[str, ...]) -> Finding:
    active = sessions(history, during).filter(pl.col("state") == "active")
    if active.is_empty():
        raise Undecided("no session was seen active during the fault")
    total = active.height
    each = (
        active.group_by(pl.col("application", "query").cast(pl.String).fill_null(""))
        .agg(seen=pl.len(), clients=pl.col("pid").n_unique(), age_s=pl.col("query_age_s").max().fill_null(0.0))
        .sort("seen", "application", "query", descending=[True, False, False])
        .with_columns(fault=belongs(expected))
    )
    worst = each.row(0, named=True)
    told = Told.of(history)
    other = told.other(worst) or told.other_query([worst["query"]])
    lines = [
        f"{row['application']}: {100 * row['seen'] / total:.0f} % of the active time, by "
        f"{counted(row['clients'], 'session')}, for up to {row['age_s']:.2f} s: {shortened(row['query'])}"
        for row in each.head(SHOWN).rows(named=True)
    ]
    share = worst["seen"] / total
    return Finding(
        ruling=Ruling.HELD if worst["fault"] and not other else Ruling.BROKEN,
        because=f"{worst['application']} spent {100 * share:.0f} % of the active time, up to {worst['age_s']:.2f} s "
        f"at once, in: {shortened(worst['query'], 60)}{other}",
        measured={"culprit_active_pct": 100 * share, "longest_statement_s": worst["age_s"]},
        evidence=listed(lines, each.height),
    )


def _by_lock(history: History, during: Stretch, expected: tuple[str, ...]) -> Finding:
    seen = sessions(history, during)
    found = chains(seen)
    if found.is_empty():
        raise Undecided("nobody was seen waiting for a lock during the fault")
    roots = (
        found.group_by("application", "query")
        .agg(
            waiting=pl.col("waiting").max(), depth=pl.col("depth").max(), seen=pl.len(), blocked=pl.col("waiting").sum()
        )
        .sort("blocked", "application", "query", descending=[True, False, False])
        .with_columns(fault=belongs(expected))
    )
    waited = waits(history, during)
    longest_s = float(waited["seen_s"].max() or 0)  # type: ignore[arg-type]  # Float64
    worst = roots.row(0, named=True)
    told = Told.of(history)
    in_chain = [worst["query"], *waited["query"].cast(pl.String).drop_nulls().unique()]
    other = told.other(worst) or told.other_query(in_chain) or told.other_relation(worst["query"])
    lines = [
        f"{row['application']} kept up to {counted(row['waiting'], 'session')} waiting, in a chain of "
        f"{row['depth']}, holding after: {shortened(row['query'])}"
        for row in roots.head(SHOWN // 2).rows(named=True)
    ]
    lines += [
        f"{row['application']}, pid {row['pid']}, waited at least {row['seen_s']:.2f} s: {shortened(row['query'])}"
        for row in waited.head(SHOWN // 2).rows(named=True)
    ]
    return Finding(
        ruling=Ruling.HELD if worst["fault"] and not other else Ruling.BROKEN,
        because=f"{worst['application']} kept up to {counted(worst['waiting'], 'session')} waiting, in a chain of "
        f"{worst['depth']}, for at least {longest_s:.2f} s, holding after: {shortened(worst['query'], 60)}{other}",
        measured={
            "sessions_waiting": worst["waiting"],
            "chain_depth": worst["depth"],
            "longest_lock_wait_s": longest_s,
            "blocking_roots": roots.height,
        },
        evidence=tuple(lines),
    )
