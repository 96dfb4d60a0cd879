"""Whether the evidence names the right cause."""

from drill.checks.load.diagnosis import Reason, diagnose
from drill.checks.load.told import Told
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN
from drill.history import History
from drill.verdict import Check, Ruling

SUBJECT = {
    Reason.MISSING_INDEX: "index",
    Reason.STALE_STATISTICS: "relation",
    Reason.NOISY_NEIGHBOUR: "application",
    Reason.LAGGING_READER: "reader",
    Reason.READER_DOWN: "reader",
}
"""Which of the fault's words names what a diagnosis of this reason is about; a network has no name."""


def cause_is_named(expected: Reason) -> Check:
    """The cause that fits the evidence best is the fault that was really injected.

    Broken where another one fits better, or none at all: somebody at three in the morning would look elsewhere. So it
    is where the cause is right, and the index, table, reader or application is not that which the fault tells; of
    several that fit equally well one must be. Undecided where nothing was recorded that a cause could be found in.
    """

    @promise("cause_is_named", objective=str(expected))
    def judged(history: History, moments: Moments) -> Finding:
        found = diagnose(history, moments)
        it = Told.of(history).words.get(SUBJECT.get(expected, ""))
        best = [each for each in found if (each.score, each.reason) == (found[0].score, found[0].reason)]
        right = [each for each in best if each.reason == expected and it in {None, each.subject}]
        first = next(iter(right or found), None)
        because = f"{first.reason}: {first.detail}" if first else "no cause was found in plans, counters or samples"
        was = str(expected) if it is None else f"{expected}, of {it}"
        return Finding(
            ruling=Ruling.HELD if right else Ruling.BROKEN,
            because=because if right else f"{because}; it was {was}",
            measured={"causes_found": len(found)},
            evidence=tuple(f"{each.score:.2f} {each.reason}, {each.subject}: {each.detail}" for each in found[:SHOWN]),
        )

    return judged
