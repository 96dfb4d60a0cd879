"""How soon anybody who watches the application's calls would notice.

    what is watched                            breached where
    p95 of each pattern's requests             it is beyond the objective for a second
    units of each kind of call                 the last ten cost twice what was usual, by their median
    throttles of each table                    the third call was refused

Items that grow need not become slow: they become dear first. A hot key refuses before anybody waits.
"""

import polars as pl

from drill.checks.items.calls import sent
from drill.checks.load.degradation.notice import Breach, slow
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed
from drill.errors import Undecided
from drill.history import Action, History, Outcome
from drill.verdict import Check, Ruling

LAST = 10
"""So many calls of a kind tell what it costs now."""

DEARER = 2.0
THROTTLES = 3
"""So many times the usual units; so many refused calls."""

_KIND = ("pattern", "operation", "table")


def trouble_is_noticed_within(limit_s: float = 10.0, *, objective_ms: float = 20.0) -> Check:
    """Within `limit_s` of the fault requests are seen to be slow, calls to be dear, or to be refused; when is dated.

    What was so before the fault is left out. The limit counts from when the fault was in place. It does not say whose
    fault it is. Undecided where nothing of it was seen: then there was nothing to notice.
    """

    @promise("trouble_is_noticed_within", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        until_ns = Stretch.during(history, moments).to_ns
        since = Stretch(name="since injection", from_ns=moments.injected_ns, to_ns=until_ns)
        found = [*slow(history, moments, since, objective_ms), *_dear(history, moments, since)]
        found = sorted([*found, *_refused(history, moments, since)], key=lambda each: (each.from_ns, each.subject))
        if not found:
            raise Undecided("nothing became slow, dear or refused while the fault lasted: there was nothing to notice")
        placed_ns = int(history.only(Action.INJECT, outcome=Outcome.OK)["completed_ns"][0])
        after_s = max(0, found[0].from_ns - placed_ns) / SECOND_NS
        return Finding(
            ruling=Ruling.HELD if after_s <= limit_s else Ruling.BROKEN,
            because=f"{found[0].subject}: seen {after_s:.2f} s after the fault was in place, of {allowed(limit_s)}",
            measured={
                "noticed_after_s": after_s,
                "noticed_after_injection_s": moments.since_injection_s(found[0].from_ns),
                "breached_objectives": len(found),
            },
            evidence=tuple(
                f"{each.subject}: from {moments.since_injection_s(each.from_ns):.2f} s after injection"
                for each in found[:SHOWN]
            ),
        )

    return judged


def _dear(history: History, moments: Moments, since: Stretch) -> list[Breach]:
    """The first moment at which the last calls of a kind cost twice what they did before."""
    units = pl.col("read_units").fill_null(0.0) + pl.col("write_units").fill_null(0.0)
    calls = sent(history).filter("ok").with_columns(units=units).sort("answered_ns")
    steady = (
        Stretch.steady(moments)
        .of(calls, "sent_ns")
        .group_by(_KIND)
        .agg(usual=pl.col("units").median(), number=pl.len())
        .filter((pl.col("number") >= LAST) & (pl.col("usual") > 0))
    )
    dear = pl.col("units").rolling_median(LAST).over(_KIND) >= DEARER * pl.col("usual")
    rows = (
        since.of(calls, "answered_ns")
        .join(steady, on=_KIND, how="inner", nulls_equal=True, maintain_order="left")
        .filter(dear)
        .join(_dear_before(calls, steady, moments), on=_KIND, how="anti", nulls_equal=True)
        .group_by(_KIND, maintain_order=True)
        .agg(pl.col("answered_ns").min(), pl.col("usual").first())
    )
    return [
        _breach(f"{row['operation']} of {row['pattern']} > {DEARER * row['usual']:g} units", row["answered_ns"], since)
        for row in rows.rows(named=True)
    ]


def _dear_before(calls: pl.DataFrame, steady: pl.DataFrame, moments: Moments) -> pl.DataFrame:
    """Kinds whose last calls cost so much before the fault, too."""
    rows = calls.filter(pl.col("answered_ns") < moments.injected_ns).join(
        steady, on=_KIND, how="inner", nulls_equal=True, maintain_order="left"
    )
    dear = pl.col("units").rolling_median(LAST).over(_KIND) >= DEARER * pl.col("usual")
    return rows.filter(dear).select(_KIND).unique()


def _refused(history: History, moments: Moments, since: Stretch) -> list[Breach]:
    """The moment of a table's third throttle, where it had none before."""
    calls = sent(history).filter("throttled").sort("answered_ns")
    before = Stretch.steady(moments).of(calls, "sent_ns")["table"].unique()
    rows = (
        since.of(calls, "answered_ns")
        .filter(~pl.col("table").is_in(before.to_list()))
        .group_by("table", maintain_order=True)
        .agg(third_ns=pl.col("answered_ns").get(THROTTLES - 1, null_on_oob=True))
        .drop_nulls("third_ns")
    )
    return [_breach(f"throttles of {row['table']}", row["third_ns"], since) for row in rows.rows(named=True)]


def _breach(subject: str, from_ns: int, since: Stretch) -> Breach:
    return Breach(subject=subject, from_ns=from_ns, until_ns=since.to_ns)
