"""Whether what was asked of the control plane came about."""

from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.roles import new_writer
from drill.errors import Undecided
from drill.history import Action, History, Outcome
from drill.verdict import Check, Ruling


def what_was_asked_for_happens() -> Check:
    """A failover that was asked for, and accepted, is carried out; to the reader that was named, if one was.

    A control plane that says yes and does nothing would otherwise hold every other promise. Faults that ask for no
    failover hold this one when all of them happened. Undecided if nobody waited for it.
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
        if not asked["value"]:
            return Finding(ruling=Ruling.HELD, because="all of the fault happened; no failover was asked for")
        writer = new_writer(history, moments)
        if writer is None:
            return _broken(f"a failover was asked for, and {moments.old_writer} is the writer still")
        if heir is not None and writer != heir:
            return _broken(f"a failover to {heir} was asked for, and {writer} became the writer")
        return Finding(ruling=Ruling.HELD, because=f"the failover from {moments.old_writer} led to {writer}, as asked")

    return judged


def _broken(because: str) -> Finding:
    return Finding(ruling=Ruling.BROKEN, because=because)
