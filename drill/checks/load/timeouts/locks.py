"""Whether waiting for a lock has an end."""

import polars as pl

from drill.checks.load.sampled import shortened
from drill.checks.load.stretches import Stretch
from drill.checks.load.timeouts.culprits import ended_with
from drill.checks.load.timeouts.unbounded import unbounded
from drill.checks.load.timeouts.waiting import waits
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

NOT_AVAILABLE = "55P03"


def lock_waits_end(limit_s: float, *, slack_s: float = 0.25, required: bool = True) -> Check:
    """Nobody is seen waiting for one lock longer than `limit_s` and `slack_s` while the fault lasts.

    It does not promise that somebody gets the lock. Broken, too, where the application's lock_timeout is 0. Undecided
    where it was not recorded, and where, if that is `required`, nobody waited until SQLSTATE 55P03 ended it.
    """

    @promise("lock_waits_end", objective=f"{allowed(limit_s)} and {slack_s * 1000:g} ms")
    def judged(history: History, moments: Moments) -> Finding:
        seen = waits(history, Stretch.during(history, moments))
        refused = ended_with(history, moments, NOT_AVAILABLE, least_s=limit_s / 2)
        longest_s = float(seen["seen_s"].max() or 0)  # type: ignore[arg-type]  # Float64
        late = seen.filter(pl.col("seen_s") > limit_s + slack_s)
        measured = {"longest_lock_wait_s": longest_s, "lock_waits": seen.height, "lock_timeouts": refused}
        if late.height:
            return Finding(
                ruling=Ruling.BROKEN,
                because=f"{counted(late.height, 'wait')} for a lock lasted longer than the {allowed(limit_s)} allowed, "
                f"up to at least {longest_s:.2f} s",
                measured=measured,
                evidence=listed(_lines(late), late.height),
            )
        if none := unbounded(history, "lock_timeout"):
            return none
        if required and not refused:
            raise Undecided(
                f"nothing ended with {NOT_AVAILABLE}, and {counted(seen.height, 'wait')} for a lock was seen: nothing "
                "put the limit to test"
            )
        because = (
            f"{counted(refused, 'wait')} for a lock ended with {NOT_AVAILABLE}, none was seen to last longer than "
            f"{longest_s:.2f} s, of {allowed(limit_s)} allowed"
        )
        return Finding(
            ruling=Ruling.HELD, because=because, measured=measured, evidence=listed(_lines(seen), seen.height)
        )

    return judged


def _lines(found: pl.DataFrame) -> list[str]:
    return [
        f"{row['application']}, pid {row['pid']} at {row['instance']}, waited at least {row['seen_s']:.2f} s for "
        f"{', '.join(map(str, row['blocked_by'] or ())) or 'somebody'}: {shortened(row['query'])}"
        for row in found.head(SHOWN).rows(named=True)
    ]
