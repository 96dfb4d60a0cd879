"""Whether the evidence names the right cause."""

from drill.checks.items.diagnosis.diagnosis import diagnose
from drill.checks.items.diagnosis.named import same
from drill.checks.items.diagnosis.reason import Diagnosis, Reason
from drill.checks.load.told import Told
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

SUBJECT = {
    Reason.HOT_PARTITION: "partition",
    Reason.SCAN: "table",
    Reason.GROWING_ITEMS: "table",
    Reason.THROTTLED: "table",
}
"""Which of the fault's words names what a diagnosis of this reason is about; others are about every call."""


def cause_is_named(expected: str) -> Check:
    """The cause that fits the evidence best is the fault that was really injected, a word of `Reason`.

    Broken where another one fits better, or none at all, and where the cause is right but the table or partition is not
    that which the fault tells. Undecided where nothing was recorded in which the cause could be found.
    """
    wanted = Reason(expected)

    @promise("cause_is_named", objective=str(wanted))
    def judged(history: History, moments: Moments) -> Finding:
        found, blind = diagnose(history, moments)
        it = Told.of(history).words.get(SUBJECT.get(wanted, ""))
        best = [each for each in found if (each.score, each.reason) == (found[0].score, found[0].reason)]
        right = [each for each in best if each.reason is wanted and (it is None or same(each.subject, it))]
        first: Diagnosis | None = next(iter(right or found), None)
        if first is None and blind:
            raise Undecided(f"no cause was found, and not all could be looked for: {'; '.join(blind)}")
        because = f"{first.reason}: {first.detail}" if first else "no cause was found in calls and metrics"
        was = str(wanted) if it is None else f"{wanted}, of {it}"
        return Finding(
            ruling=Ruling.HELD if right else Ruling.BROKEN,
            because=because if right else f"{because}; it was {was}",
            measured={"causes_found": len(found)},
            evidence=(
                *(f"{each.score:.2f} {each.reason}, {each.subject}: {each.detail}" for each in found[:SHOWN]),
                *(f"not looked for: {reason}" for reason in blind),
            ),
        )

    return judged
