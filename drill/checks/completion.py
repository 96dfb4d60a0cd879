"""Whether what was asked of the control plane came about."""

import polars as pl

from drill.checks.moments import Moments, acknowledged, calls
from drill.checks.promise import Finding, promise
from drill.checks.roles import new_writer
from drill.errors import Undecided
from drill.history import WRITER_ENDPOINT, Action, History, Outcome
from drill.verdict import Check, Ruling


def what_was_asked_for_happens() -> Check:
    """A failover that was asked for, and accepted, is carried out; to the reader that was named, if one was.

    A control plane that says yes and does nothing would otherwise hold every other promise. Where the writer is to go
    and come back (the first writer is the heir), another instance must have acknowledged writes in between. Faults that
    ask for no failover hold this one when all of them happened. Undecided if nobody waited for it, and where another
    writer was announced that nobody wrote to.
    """

    @promise("what_was_asked_for_happens")
    def judged(history: History, moments: Moments) -> Finding:
        waited = history.only(Action.COMPLETE)
        if waited.is_empty():
            raise Undecided("nobody waited for all of the fault to happen")
        asked = history.only(Action.INJECT, outcome=Outcome.OK).row(0, named=True)
        heir = asked["server"]
        if waited["outcome"][-1] != str(Outcome.OK):
            return _broken(f"what was asked for did not happen: {waited['code'][-1]}")
        if not asked["value"] and heir is not None:
            return _there_and_back(history, moments, heir)
        if not asked["value"]:
            return Finding(ruling=Ruling.HELD, because="all of the fault happened; no failover was asked for")
        writer = new_writer(history, moments)
        if writer is None:
            return _broken(f"a failover was asked for, and {moments.old_writer} is the writer still")
        if heir is not None and writer != heir:
            return _broken(f"a failover to {heir} was asked for, and {writer} became the writer")
        return Finding(ruling=Ruling.HELD, because=f"the failover from {moments.old_writer} led to {writer}, as asked")

    return judged


def _there_and_back(history: History, moments: Moments, first: str) -> Finding:
    """Terms of acknowledged writes since injection: the first writer's, somebody else's, the first writer's again."""
    writes = acknowledged(calls(history, Action.WRITE, endpoint=WRITER_ENDPOINT))
    since = writes.filter(pl.col("completed_ns") >= moments.injected_ns).drop_nulls("server").sort("completed_ns")
    servers = since.select(pl.col("server").cast(pl.String)).collect()["server"]
    others = sorted(set(servers) - {first})
    if not others:
        announced = set(history.only(Action.ANNOUNCE, outcome=Outcome.OK)["server"].drop_nulls())
        if announced - {first}:
            raise Undecided(f"another writer than {first} was announced, and acknowledged no write")
        return _broken(f"a failover from {first} and back was asked for, and nobody but {first} acknowledged a write")
    if servers[-1] != first:
        return _broken(f"a failover from {first} and back was asked for, and {servers[-1]} is the writer still")
    return Finding(ruling=Ruling.HELD, because=f"the failover from {first} led to {', '.join(others)}, and back")


def _broken(because: str) -> Finding:
    return Finding(ruling=Ruling.BROKEN, because=because)
