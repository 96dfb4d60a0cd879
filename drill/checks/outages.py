"""For how long nobody was answered: each client's outage, and that of all clients together.

    acknowledged   x x x x x x        (injected)   x           x x x x x x x
    stretches       - - - - -  ----------------------|---------- - - - - -
                   steady state: noise floor       the longest is the outage

A stretch lies between two acknowledgements of the same client that follow each other, or between its last
one and the end of its last operation of any kind. The words are those of design.md, section 4.

Shorter outages cannot be told from noise: the longest stretch is an outage only if it exceeds the client's own
longest in steady state by more than its resolution. Otherwise each jitter of a millisecond, a minute after a
fault that no client noticed, would be a recovery. A resolution coarser than the noise floor counts as the noise
floor here, so that a call that hung for seconds until it was answered is an outage all the same.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from drill.checks.moments import SECOND_NS, Moments, acknowledged, calls
from drill.errors import Undecided
from drill.history import Action, History

STEADY_NS = 3 * SECOND_NS
"""Steady state is what lies so long before injection: who began restless is no less broken for it."""

AGAIN_NS = SECOND_NS // 2
"""A later stretch of this length, and of ten times the noise, is no jitter: the client had not recovered for good."""

SILENCE_NS = 2 * SECOND_NS
"""A probe that was not heard for so long before the end of the run had stopped: it proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """The longest stretch without an acknowledgement that overlaps the time since injection.

    `for_good_ns` is when the last stretch ended that was no jitter: this one, or a later, shorter one.

    `client` is None for all clients together. `ended` is False if there was no acknowledgement at the end of
    the run: because this stretch lasts to the end, or because another one of more than SILENCE_NS does.
    """

    client: str | None
    began_ns: int
    until_ns: int
    for_good_ns: int
    ended: bool
    resolution_ns: int

    @property
    def length_ns(self) -> int:
        """How long it was, give or take `resolution_ns`."""
        return self.until_ns - self.began_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Outages:
    """All outages of one kind of operation.

    `own` holds one for each client that had any, the last to end first; `together` is that of all clients.
    `without_ns` sums all stretches of all clients together that are longer than `noise_floor_ns`, theirs in
    steady state. `recovery_ns` counts from injection to the end of the last of the clients' own outages: 0 if
    nobody had one, None if one never ended. `baseline_per_s` is how many acknowledgements a second there were
    in steady state, which begins when each client has been acknowledged once.
    """

    clients: int
    own: tuple[Outage, ...]
    together: Outage | None
    without_ns: int
    noise_floor_ns: int
    recovery_ns: int | None
    baseline_per_s: float

    @property
    def last(self) -> Outage | None:
        """The outage that ended last."""
        return self.own[0] if self.own else None

    @property
    def unended(self) -> list[Outage]:
        """Of the clients' own outages those that never ended."""
        return [outage for outage in self.own if not outage.ended]


def outages(history: History, moments: Moments, action: Action, endpoint: str) -> Outages:
    """Measure the clients that did `action` through `endpoint`; `Undecided` if they could not see an outage.

    That is so without an acknowledgement of each client before injection, and if one had stopped trying.
    Clients pinned to an instance are not counted: one pinned to a reader is never acknowledged, by design.
    """
    tried = calls(history, action, endpoint=endpoint)
    marks = acknowledged(tried).select(
        "client",
        at_ns="completed_ns",
        latency_ns=pl.col("completed_ns") - pl.col("invoked_ns"),
        open=pl.lit(value=False),
    )
    acks = marks.sort("at_ns").collect()
    clients = tried.select(pl.col("client").unique()).collect()["client"]
    steady_ns = _steady_since(acks, clients, moments, action)
    ends = _ends(history, clients, moments, action)
    own = _stretches(acks, ends)
    everybody = pl.lit(None, dtype=pl.Categorical()).alias("client")
    together = _stretches(acks.with_columns(everybody), ends.sort("at_ns").tail(1).with_columns(everybody))

    stalls = history.only(Action.STALL)
    each = _longest(own, steady_ns, moments.injected_ns)
    every = _longest(together, steady_ns, moments.injected_ns)
    found = [outage for row in each.rows(named=True) if (outage := _outage(row, stalls))]
    found.sort(key=lambda outage: (outage.ended, -outage.for_good_ns, outage.client))
    whole = every.row(0, named=True)
    floor_ns = int(whole["floor_ns"])
    longer = (pl.col("until_ns") > moments.injected_ns) & (pl.col("length_ns") > floor_ns)
    steady_acks = acks.filter(pl.col("at_ns").is_between(steady_ns, moments.injected_ns, closed="right")).height
    return Outages(
        clients=len(clients),
        own=tuple(found),
        together=_outage(whole, stalls),
        without_ns=int(together.filter(longer)["length_ns"].sum()),
        noise_floor_ns=floor_ns,
        recovery_ns=_recovery_ns(found, moments),
        baseline_per_s=steady_acks * SECOND_NS / (moments.injected_ns - steady_ns),
    )


def _steady_since(acks: pl.DataFrame, clients: pl.Series, moments: Moments, action: Action) -> int:
    """Find when steady state began: all clients had been acknowledged once, which must be before injection."""
    first = acks.group_by("client").agg(pl.col("at_ns").min()).filter(pl.col("at_ns") < moments.injected_ns)
    missing = len(clients) - first.height
    if first.is_empty() or missing:
        who = "no client" if first.is_empty() else f"not every client ({missing} of {len(clients)} missing)"
        raise Undecided(f"before the fault {who} had a {action} acknowledged: there is nothing to compare with")
    all_ns = int(first["at_ns"].max())  # type: ignore[arg-type]  # polars cannot know that a column holds numbers
    return max(all_ns, moments.injected_ns - STEADY_NS)


def _ends(history: History, clients: pl.Series, moments: Moments, action: Action) -> pl.DataFrame:
    """Find the last operation of each client, of any kind; a client that had stopped before the end is silent."""
    ends = (
        history.operations.lazy()
        .filter(pl.col("client").is_in(clients.implode()))
        .group_by("client")
        .agg(
            at_ns=pl.col("completed_ns").max(),
            latency_ns=(pl.col("completed_ns") - pl.col("invoked_ns")).get(pl.col("completed_ns").arg_max()),
            open=pl.lit(value=True),
        )
        .collect()
    )
    heard_ns = max(moments.injected_ns, moments.last_begun_ns - SILENCE_NS)
    silent = ends.filter(pl.col("at_ns") < heard_ns)["client"].cast(pl.String).sort()
    if len(silent):
        raise Undecided(
            f"{len(silent)} of {len(clients)} clients that {action} fell silent before the end of the run, "
            f"{silent[0]} among them: silence of a probe proves nothing"
        )
    return ends


def _stretches(acks: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """Span from each acknowledgement of a client to its next one, and from its last one to its end."""
    marks = pl.concat([acks, ends]).sort("at_ns", maintain_order=True)
    before = pl.all().exclude("client", "open").shift().over("client").name.prefix("began_")
    return (
        marks.lazy()
        .with_columns(before)
        .drop_nulls("began_at_ns")
        .rename({"began_at_ns": "began_ns", "at_ns": "until_ns"})
        .with_columns(length_ns=pl.col("until_ns") - pl.col("began_ns"))
        .collect()
    )


def _longest(stretches: pl.DataFrame, steady_ns: int, injected_ns: int) -> pl.DataFrame:
    """Find for each client its longest stretch since injection, its noise floor, and its stretch at the end."""
    steady = pl.min_horizontal("until_ns", injected_ns) - pl.max_horizontal("began_ns", steady_ns)
    since = pl.when(pl.col("until_ns") > injected_ns).then(pl.col("length_ns"))
    floor = steady.max().clip(lower_bound=0)
    return stretches.group_by("client").agg(
        pl.all().get(since.arg_max()),
        floor_ns=floor,
        again_ns=pl.col("until_ns").filter(since > pl.max_horizontal(10 * floor, AGAIN_NS)).max(),
        last_ns=pl.col("length_ns").filter(pl.col("open")).last(),
    )


def _outage(row: dict[str, Any], stalls: pl.DataFrame) -> Outage | None:
    """Tell a client's longest stretch from noise, if that is possible."""
    resolution_ns = _resolution_ns(row, stalls)
    if row["length_ns"] <= row["floor_ns"] + min(resolution_ns, row["floor_ns"]):
        return None
    unended = row["last_ns"] > max(row["floor_ns"], SILENCE_NS)
    return Outage(
        client=row["client"],
        began_ns=row["began_ns"],
        until_ns=row["until_ns"],
        for_good_ns=max(row["until_ns"], row["again_ns"] or 0),
        ended=not (row["open"] or unended),
        resolution_ns=resolution_ns,
    )


def _resolution_ns(row: dict[str, Any], stalls: pl.DataFrame) -> int:
    """Add the latencies of the two operations that bound a stretch, and all stalls that overlap either of them."""

    def overlaps(end_ns: int, latency_ns: int) -> pl.Expr:
        return (pl.col("invoked_ns") <= end_ns) & (pl.col("completed_ns") >= end_ns - latency_ns)

    first, last = row["began_latency_ns"], row["latency_ns"]
    both = stalls.filter(overlaps(row["began_ns"], first) | overlaps(row["until_ns"], last))
    return int(first + last + (both["completed_ns"] - both["invoked_ns"]).sum())


def _recovery_ns(found: list[Outage], moments: Moments) -> int | None:
    if not all(outage.ended for outage in found):
        return None
    return max((outage.for_good_ns - moments.injected_ns for outage in found), default=0)
