"""How long it takes until everybody can write again."""

import polars as pl

from drill.checks.moments import SECOND_NS, Moments, calls
from drill.checks.outages import Outage, Outages, outages
from drill.checks.promise import Finding, promise, within
from drill.checks.words import SHOWN, allowed, causes, counted, listed, milliseconds, seconds
from drill.history import WRITER_ENDPOINT, Action, History
from drill.verdict import Check, Figure, Ruling


def recovered_within(limit_s: float) -> Check:
    """Every client that writes through the cluster endpoint writes again within `limit_s` of injection.

    Judged is the recovery time: the end of the last of the clients' own outages. It is held if it lies below
    the limit by more than its resolution, broken if above by more, and undecided in between. A client that
    never wrote again breaks it, however short the run. Undecided, too, if a probe fell silent or had never
    written before the fault: then nothing is known of its outage.
    """

    @promise("recovered_within", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        found = outages(history, moments, Action.WRITE, WRITER_ENDPOINT)
        tried = calls(history, Action.CONNECT, Action.WRITE, endpoint=WRITER_ENDPOINT)
        since = tried.filter(pl.col("completed_ns") > moments.injected_ns).collect()
        measured: dict[str, Figure] = {
            "recovery_time_s": None if found.recovery_ns is None else found.recovery_ns / SECOND_NS,
            "write_outage_s": found.together.length_ns / SECOND_NS if found.together else 0.0,
            "time_without_writes_s": found.without_ns / SECOND_NS,
            "resolution_ms": milliseconds(found.together.resolution_ns) if found.together else 0.0,
            "noise_floor_ms": milliseconds(found.noise_floor_ns),
            "acknowledged_writes": _acknowledged(history),
            "failed_requests_pct": 100 * since.filter(pl.col("outcome") != "ok").height / max(1, since.height),
        }
        ruling, because = _ruled(found, since, limit_s)
        return Finding(ruling=ruling, because=because, measured=measured, evidence=_evidence(found, since, moments))

    return judged


def _ruled(found: Outages, since: pl.DataFrame, limit_s: float) -> tuple[Ruling, str]:
    last = found.last
    if last is None and found.noise_floor_ns >= limit_s * SECOND_NS:
        noise = seconds(found.noise_floor_ns)
        return (
            Ruling.UNDECIDED,
            f"writes stopped for {noise} before the fault: {allowed(limit_s)} cannot be told from it",
        )
    if last is None:
        return (
            Ruling.HELD,
            f"no client's writes stopped for longer than in steady state, {allowed(limit_s)} allowed",
        )
    if found.recovery_ns is None:
        clients = [outage.client for outage in found.unended]
        why = causes(since.filter(pl.col("client").is_in(clients)))
        return Ruling.BROKEN, f"{len(clients)} of {counted(found.clients, 'client')} never wrote again: {why}"
    ruling = within(found.recovery_ns, last.resolution_ns, limit_s)
    took = f"every client wrote again after {seconds(found.recovery_ns)}"
    if ruling is Ruling.UNDECIDED:
        give_or_take = f"{milliseconds(last.resolution_ns):,.0f} ms"
        return ruling, f"{took}, give or take {give_or_take}: too close to the {allowed(limit_s)} allowed"
    return ruling, f"{took}, of {allowed(limit_s)} allowed"


def _evidence(found: Outages, since: pl.DataFrame, moments: Moments) -> tuple[str, ...]:
    lines = [told(outage, moments) for outage in found.own[:SHOWN]]
    if found.together is None:
        return listed(lines, len(found.own))
    during = since.filter(
        pl.col("completed_ns") > found.together.began_ns, pl.col("invoked_ns") < found.together.until_ns
    )
    return (f"{told(found.together, moments)}: {causes(during)}", *listed(lines, len(found.own)))


def told(outage: Outage, moments: Moments) -> str:
    """Tell an outage in a line: `writer-3: 2.50 s, from 0.34 s to 2.84 s after injection`."""
    began, until = moments.since_injection_s(outage.began_ns), moments.since_injection_s(outage.until_ns)
    end = f"to {until:.2f} s" if outage.ended else f"to {until:.2f} s, and not answered at the end of the run"
    who = outage.client or "all clients together"
    return f"{who}: {seconds(outage.length_ns)}, from {began:.2f} s {end} after injection"


def _acknowledged(history: History) -> int:
    chosen = (pl.col("action") == str(Action.WRITE)) & (pl.col("outcome") == "ok")
    return int(history.operations.lazy().select(chosen.sum()).collect().item())
