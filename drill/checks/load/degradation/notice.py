"""How soon anybody who watches the objectives would notice.

    latency of one pattern, by when answers came     . . . . ' ' ' ' ' ' ' '
    p95 of the last second                           - - - - - - = = = = =     breached from here on
                                                       fault     noticed

What is watched are the last answers: those of a second at the steady rate, and at least twenty. So a pattern that is
rare is judged over a longer time, and not by three requests. The 95th percentile is beyond the objective exactly if
more of them are slower than one in twenty.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from drill.checks.load.arrivals import ENOUGH, arrivals, slower_allowed
from drill.checks.load.stretches import FOREVER_NS, Stretch
from drill.checks.load.told import Told
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed
from drill.errors import Undecided
from drill.history import Action, History, Outcome
from drill.verdict import Check, Ruling

LASTING_NS = SECOND_NS
"""A breach is one that lasts so long; others are jitter."""

CUT_SHORT_NS = SECOND_NS // 2
"""One that goes on until healing begins would have lasted longer: so much of it is enough."""

USUAL = 0.2
"""What was beyond its objective for a larger share of the time before the fault tells nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """Since when what is watched was beyond its objective, and until when."""

    subject: str
    from_ns: int
    until_ns: int


def degradation_is_noticed_within(
    limit_s: float = 10.0,
    *,
    objective_ms: float = 10.0,
    staleness_ms: float = 1000.0,
    affected: Iterable[str] = (),
) -> Check:
    """Within `limit_s` of the fault some objective is seen to be breached, and when is dated.

    Watched are the 95th percentile of each pattern and of all requests against `objective_ms`, and each reader's lag
    against `staleness_ms`; what was beyond it before the fault is left out. The limit counts from when the fault was in
    place, which may take a while. Where the fault is known to hit some patterns (`affected`), or tells which reader it
    hits, theirs alone counts: whatever else is slow for a moment is not it. Undecided where nothing was breached: then
    there was nothing to notice.
    """
    hit = frozenset(affected)

    @promise("degradation_is_noticed_within", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        during = Stretch(
            name="since injection", from_ns=moments.injected_ns, to_ns=Stretch.during(history, moments).to_ns
        )
        reader = Told.of(history).words.get("reader")
        patterns = () if reader and not hit else slow(history, moments, during, objective_ms, hit)
        readers = () if hit and not reader else behind(history, during, staleness_ms, reader)
        found = sorted([*patterns, *readers], key=lambda breach: (breach.from_ns, breach.subject))
        if not found:
            whose = " and ".join(sorted({*hit, *({f"reader {reader}"} if reader else ())}))
            of_whom = f" of {whose}" if whose else ""
            raise Undecided(f"no objective{of_whom} was breached while the fault lasted: there was nothing to notice")
        placed_ns = int(history.only(Action.INJECT, outcome=Outcome.OK)["completed_ns"][0])
        first = found[0]
        after_s = max(0, first.from_ns - placed_ns) / SECOND_NS
        return Finding(
            ruling=Ruling.HELD if after_s <= limit_s else Ruling.BROKEN,
            because=f"{first.subject}: breached {after_s:.2f} s after the fault was in place, of "
            f"{allowed(limit_s)} allowed",
            measured={
                "noticed_after_s": after_s,
                "noticed_after_injection_s": moments.since_injection_s(first.from_ns),
                "breached_objectives": len(found),
            },
            evidence=tuple(
                f"{breach.subject}: from {moments.since_injection_s(breach.from_ns):.2f} s to "
                f"{moments.since_injection_s(breach.until_ns):.2f} s after injection"
                for breach in found[:SHOWN]
            ),
        )

    return judged


def slow(
    history: History, moments: Moments, during: Stretch, objective_ms: float, hit: Collection[str] = ()
) -> Iterator[Breach]:
    """The first lasting breach of each pattern, and of all requests together; of those that are `hit`, if any are."""
    steady = arrivals(history, Stretch.steady(moments)).enough()
    watched = Stretch(name="until healing", from_ns=steady.stretch.from_ns, to_ns=during.to_ns)
    rows = arrivals(history, watched).rows
    names = sorted(rows["pattern"].cast(pl.String).unique().drop_nulls())
    for name in [each for each in names if each in hit] if hit else (None, *names):
        own = rows if name is None else rows.filter(pl.col("pattern") == name)
        before = own.filter(pl.col("due_ns") < moments.injected_ns)
        seen = _seen(own, before.height, objective_ms, during)
        subject = "p95 of all requests" if name is None else f"p95 of {name}"
        if before.height < ENOUGH or _usual(seen, moments.injected_ns):
            continue
        yield from _first(
            seen.filter(pl.col("at_ns") >= moments.injected_ns), f"{subject} > {objective_ms:g} ms", during
        )


def behind(history: History, during: Stretch, staleness_ms: float, reader: str | None = None) -> Iterator[Breach]:
    """The first lasting breach of each reader's lag, or of that one's; one that does not answer shows nothing."""
    rows = history.tables.get("lags")
    if rows is None:
        return
    for instance in [reader] if reader else sorted(rows["instance"].cast(pl.String).unique().drop_nulls()):
        own = rows.filter(pl.col("instance") == instance).sort("at_ns")
        beyond = ~pl.col("answers") | (pl.col("lag_ms").fill_null(0) > staleness_ms)
        seen = own.select("at_ns", beyond=beyond.fill_null(value=False))
        if _usual(seen, during.from_ns):
            continue
        yield from _first(during.of(seen, "at_ns"), f"lag of reader {instance} > {staleness_ms:g} ms", during)


def _usual(seen: pl.DataFrame, injected_ns: int) -> bool:
    """Whether it was beyond its objective before the fault, for more than a moment."""
    return seen.filter(pl.col("at_ns") < injected_ns).select(pl.col("beyond").mean().fill_null(0.0)).item() > USUAL  # type: ignore[no-any-return]


def _seen(rows: pl.DataFrame, steady: int, objective_ms: float, during: Stretch) -> pl.DataFrame:
    """For each answer, by when it came, whether too many of the last ones were too slow; at_ns, beyond."""
    last = max(ENOUGH, steady // 3)  # those of one of the three seconds of steady state
    never = pl.lit(during.to_ns)
    late = pl.col("latency_ms") > objective_ms
    return (
        rows.select(at_ns=pl.col("completed_ns").fill_null(never), slow=late.cast(pl.Int64))
        .sort("at_ns")
        .with_columns(beyond=pl.col("slow").rolling_sum(last) > slower_allowed(last))
        .drop_nulls("beyond")
        .filter(pl.col("at_ns") < during.to_ns)
    )


def _first(seen: pl.DataFrame, subject: str, during: Stretch) -> Iterator[Breach]:
    """The first run of looks beyond that lasted; the last one goes on until healing, and may be shorter."""
    runs = (
        seen.with_columns(run=pl.col("beyond").rle_id())
        .group_by("run", "beyond", maintain_order=True)
        .agg(from_ns=pl.col("at_ns").min())
        .with_columns(until_ns=pl.col("from_ns").shift(-1))
    )
    end_ns = int(seen["at_ns"].max() or 0) if during.to_ns == FOREVER_NS else during.to_ns  # type: ignore[arg-type]  # Int64
    for row in runs.filter("beyond").rows(named=True):
        last = row["until_ns"] is None
        until_ns = end_ns if last else row["until_ns"]
        if until_ns - row["from_ns"] >= (CUT_SHORT_NS if last else LASTING_NS):
            yield Breach(subject=subject, from_ns=row["from_ns"], until_ns=until_ns)
            return
