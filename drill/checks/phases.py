"""How recovery went, phase by phase: reported beside every promise, and judged by none."""

from dataclasses import dataclass

import polars as pl

from drill.checks.moments import SECOND_NS, Moments, acknowledged, calls
from drill.checks.outages import Outages, outages
from drill.checks.roles import for_good, new_writer, writers
from drill.errors import Undecided
from drill.history import WRITER_ENDPOINT, Action, History, Outcome

STEP_NS = SECOND_NS // 10
STEPS = 10
BACK_TO = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """Seconds after injection, each meaning *from then on for good*; None: never, or nothing to see it by.

    `redundant_s` counts from healing. `recovered_s` is 0 if no client had an outage; `detected_s` is 0 for a
    call that was already under way at injection.
    """

    detected_s: float | None = None
    promoted_s: float | None = None
    announced_s: float | None = None
    endpoint_s: float | None = None
    first_write_s: float | None = None
    recovered_s: float | None = None
    steady_s: float | None = None
    redundant_s: float | None = None


def phases(history: History) -> Phases:
    """Find each phase of recovery (design.md, section 4); none without a confirmed fault."""
    try:
        moments = Moments.of(history)
    except Undecided:
        return Phases()
    try:
        writes = outages(history, moments, Action.WRITE, WRITER_ENDPOINT)
    except Undecided:
        writes = None
    server = new_writer(history, moments)

    def since_s(moment_ns: int | None) -> float | None:
        return None if moment_ns is None else max(0.0, moments.since_injection_s(moment_ns))

    recovery_ns = None if writes is None else writes.recovery_ns
    return Phases(
        detected_s=since_s(_detected_ns(history, moments)),
        promoted_s=since_s(_promoted_ns(history, moments)),
        announced_s=since_s(_announced_ns(history, server)),
        endpoint_s=since_s(_endpoint_ns(history, server)),
        first_write_s=since_s(_first_write_ns(history, moments, server, writes)),
        recovered_s=None if recovery_ns is None else recovery_ns / SECOND_NS,
        steady_s=since_s(_steady_ns(history, moments, writes)),
        redundant_s=redundant_s(history, moments),
    )


def redundant_s(history: History, moments: Moments) -> float | None:
    """Count seconds from healing until redundancy was reported back for good; None if it never was."""
    if moments.healed_ns is None:
        return None
    reports = history.only(Action.REDUNDANT).filter(pl.col("invoked_ns") >= moments.healed_ns)
    row = for_good(reports, pl.col("outcome") == str(Outcome.OK))
    return None if row is None else (int(row["completed_ns"]) - moments.healed_ns) / SECOND_NS


def _detected_ns(history: History, moments: Moments) -> int | None:
    failed = calls(history, Action.CONNECT, Action.WRITE, endpoint=WRITER_ENDPOINT).filter(
        pl.col("completed_ns") > moments.injected_ns, pl.col("outcome") != str(Outcome.OK)
    )
    return _first_ns(failed, "invoked_ns")


def _promoted_ns(history: History, moments: Moments) -> int | None:
    others = [writer.since_ns for writer in writers(history) if writer.server != moments.old_writer]
    return others[-1] if others else None


def _announced_ns(history: History, server: str | None) -> int | None:
    if server is None:
        return None
    named = for_good(history.only(Action.ANNOUNCE, outcome=Outcome.OK), pl.col("server") == server)
    return None if named is None else int(named["completed_ns"])


def _endpoint_ns(history: History, server: str | None) -> int | None:
    if server is None:
        return None
    leads = (pl.col("server") == server) & (pl.col("value") == 1)
    led = for_good(history.only(Action.LOOKUP, outcome=Outcome.OK), leads)
    return None if led is None else int(led["completed_ns"])


def _first_write_ns(history: History, moments: Moments, server: str | None, writes: Outages | None) -> int | None:
    """Find the new writer's first acknowledgement, or the first after the outage if the writer never changed."""
    if server is None:
        together = None if writes is None else writes.together
        return together.until_ns if together is not None and together.ended else None
    acks = acknowledged(calls(history, Action.WRITE, endpoint=WRITER_ENDPOINT))
    by_it = acks.filter(pl.col("server") == server, pl.col("completed_ns") > moments.injected_ns)
    return _first_ns(by_it, "completed_ns")


def _steady_ns(history: History, moments: Moments, writes: Outages | None) -> int | None:
    """Slide over the time since recovery in steps of 100 ms: the first second at 90 % of the baseline."""
    if writes is None or writes.recovery_ns is None:
        return None
    start_ns = moments.injected_ns + writes.recovery_ns
    acks = acknowledged(calls(history, Action.WRITE, endpoint=WRITER_ENDPOINT))
    filled = (
        acks.filter(pl.col("completed_ns") >= start_ns)
        .group_by(step=(pl.col("completed_ns") - start_ns) // STEP_NS)
        .agg(acks=pl.len())
        .collect()
    )
    if filled.is_empty():
        return None
    whole = pl.DataFrame({"step": range((moments.last_begun_ns - start_ns) // STEP_NS)}, schema={"step": pl.Int64})
    window = whole.join(filled, on="step", how="left").sort("step")["acks"].fill_null(0).rolling_sum(STEPS)
    enough = (window >= BACK_TO * writes.baseline_per_s * STEPS * STEP_NS / SECOND_NS).arg_true()
    return None if enough.is_empty() else start_ns + (int(enough[0]) - STEPS + 1) * STEP_NS


def _first_ns(operations: pl.LazyFrame, column: str) -> int | None:
    first: int | None = operations.select(pl.col(column).min()).collect().item()
    return first
