"""Whether the evidence names the right cause."""

from drill.checks.load.diagnosis import Reason, diagnose
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN
from drill.history import History
from drill.verdict import Check, Ruling


def cause_is_named(expected: Reason) -> Check:
    """The cause that fits the evidence best is the fault that was really injected.

    Broken where another one fits better, or none at all: somebody at three in the morning would look elsewhere.
    Undecided where nothing was recorded that a cause could be found in.
    """

    @promise("cause_is_named", objective=str(expected))
    def judged(history: History, moments: Moments) -> Finding:
        found = diagnose(history, moments)
        named = bool(found) and found[0].reason == expected
        because = (
            f"{found[0].reason}: {found[0].detail}" if found else "no cause was found in plans, counters or samples"
        )
        return Finding(
            ruling=Ruling.HELD if named else Ruling.BROKEN,
            because=because if named else f"{because}; it was {expected}",
            measured={"causes_found": len(found)},
            evidence=tuple(f"{each.score:.2f} {each.reason}, {each.subject}: {each.detail}" for each in found[:SHOWN]),
        )

    return judged
