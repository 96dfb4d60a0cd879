"""What each index is worth: how much longer its pattern takes without it."""

from drill.checks.load.access.nodes import planned, without
from drill.checks.load.access.served import without_plans
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def index_saves(minimum: float = 0.6) -> Check:
    """Each pattern from which an index was taken away takes so much less time with it: `minimum` of the time without.

    Of several indexes of a pattern the one that saves most counts, of those that a statement finds its rows by.
    Patterns that were not tried stand in the evidence. Undecided where one of them reads only, since nobody knows what
    its index is worth, or whether it has one; where no index was taken away, or nothing was executed.
    """

    @observation("index_saves", objective=f"at least {minimum:.0%} of the time")
    def judged(history: History) -> Finding:
        usual = {(each.pattern, each.statement): each for each in planned(history, executed=True)}
        saved: dict[str, list[tuple[float, str]]] = {}
        for each in without(history):
            own, without_ms = usual.get((each.pattern, each.statement)), each.execution_ms
            # An index that only watches over uniqueness (ON CONFLICT) finds no row faster: it has another purpose.
            if own is None or not without_ms or each.without not in {scan.index for scan in own.scans}:
                continue
            with_ms = own.execution_ms or 0.0
            share = 1 - with_ms / without_ms
            words = (
                f"{each.pattern}, statement {each.statement}: {with_ms:.2f} ms, {without_ms:.2f} ms without "
                f"{each.without}: {100 * share:.1f} % saved"
            )
            saved.setdefault(each.pattern, []).append((share, words))
        if not saved:
            raise Undecided("no statement was executed with an index and without it")
        best = {pattern: max(found) for pattern, found in saved.items()}
        poor = sorted(pattern for pattern, (share, _) in best.items() if share < minimum)
        untried = sorted({pattern for pattern, _ in usual} - best.keys())
        writing = {pattern for (pattern, _), each in usual.items() if each.writes}
        unknown = sorted({*untried, *without_plans(history, list(usual.values()))} - writing)
        if unknown and not poor:
            raise Undecided(f"of {', '.join(unknown)} no index was taken away, so nobody knows what one is worth")
        least = min(share for share, _ in best.values())
        lines = [words for _, words in sorted(best.values())] + [f"{each}: not tried" for each in untried]
        number = counted(len(best), "pattern")
        return Finding(
            ruling=Ruling.BROKEN if poor else Ruling.HELD,
            because=f"{len(poor)} of {number} are not faster by {minimum:.0%} with an index: {', '.join(poor)}"
            if poor
            else f"indexes save at least {100 * least:.1f} % of the time of each of {number}",
            measured={
                "least_saved_pct": 100 * least,
                "patterns_tried": len(best),
                "patterns_untried": len(untried),
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged
