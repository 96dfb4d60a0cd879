"""Whether somebody who only reads noticed, or, where only a reader is lost, somebody who writes."""

from drill.checks.moments import SECOND_NS, Moments, calls
from drill.checks.outages import Outages, outages
from drill.checks.promise import Finding, promise, within
from drill.checks.recovery import told
from drill.checks.words import SHOWN, allowed, causes, counted, listed, milliseconds, seconds
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT, Action, History
from drill.verdict import Check, Ruling


def readers_keep_answering(limit_s: float) -> Check:
    """Each client of the reader endpoint is answered again within `limit_s` after its last answer.

    It does not promise that no connection breaks: those to an instance that the fault hits, or that changes
    its role, are reset, and the client connects again. Promised is that no client's own outage is longer than
    `limit_s`. It is held or broken by more than the resolution and undecided in between, as is an outage that
    had not lasted so long when the run ended.
    """
    return _keep_answering("readers_keep_answering", limit_s, Action.READ, READER_ENDPOINT, "read")


def writes_go_on(limit_s: float) -> Check:
    """Each client of the writer endpoint has a write acknowledged again within `limit_s` after its last one.

    For faults that take no writer away. Held, broken and undecided as `readers_keep_answering`.
    """
    return _keep_answering("writes_go_on", limit_s, Action.WRITE, WRITER_ENDPOINT, "write")


def _keep_answering(name: str, limit_s: float, action: Action, endpoint: str, noun: str) -> Check:
    @promise(name, limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        found = outages(history, moments, action, endpoint)
        longest_ns = max((outage.length_ns for outage in found.own), default=0)
        tried = calls(history, Action.CONNECT, action, endpoint=endpoint).collect()
        since = tried.filter(tried["completed_ns"] > moments.injected_ns)
        ruling, because = _ruled(found, limit_s, noun)
        lines = [told(outage, moments) for outage in found.own[:SHOWN]]
        return Finding(
            ruling=ruling,
            because=because if ruling is Ruling.HELD else f"{because}: {causes(since)}",
            measured={
                f"{noun}_outage_s": found.together.length_ns / SECOND_NS if found.together else 0.0,
                f"longest_client_{noun}_outage_s": longest_ns / SECOND_NS,
                f"{noun}_resolution_ms": milliseconds(found.together.resolution_ns) if found.together else 0.0,
                f"{noun}_noise_floor_ms": milliseconds(found.noise_floor_ns),
            },
            evidence=listed(lines, len(found.own)),
        )

    return judged


def _ruled(found: Outages, limit_s: float, noun: str) -> tuple[Ruling, str]:
    rulings = [(outage, within(outage.length_ns, outage.resolution_ns, limit_s)) for outage in found.own]
    late = [outage for outage, ruling in rulings if ruling is Ruling.BROKEN]
    close = [outage for outage, ruling in rulings if ruling is Ruling.UNDECIDED]
    limit = allowed(limit_s)
    if late:
        longest = seconds(max(outage.length_ns for outage in late))
        who = f"{len(late)} of {counted(found.clients, 'client')}"
        return Ruling.BROKEN, f"{who} had no {noun} answered for up to {longest}, of {limit} allowed"
    if close:
        return Ruling.UNDECIDED, f"{counted(len(close), 'outage')} cannot be told from the {limit} allowed"
    if found.unended:
        return (
            Ruling.UNDECIDED,
            f"the run ended while {counted(len(found.unended), 'client')} went unanswered",
        )
    if not found.own:
        return Ruling.HELD, f"no client went unanswered for longer than in steady state, {limit} allowed"
    longest = seconds(max(outage.length_ns for outage in found.own))
    return Ruling.HELD, f"each client was answered again within {longest}, of {limit} allowed"
