"""Whether a transaction in which nothing happens is ended."""

import polars as pl

from drill.checks.load.sampled import looks, sessions, shortened
from drill.checks.load.stretches import Stretch
from drill.checks.load.timeouts.culprits import ended_with
from drill.checks.load.timeouts.unbounded import unbounded
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

ENDED = "25P03"


def idle_transactions_end(limit_s: float, *, slack_s: float = 0.25, required: bool = True) -> Check:
    """No transaction stays idle longer than `limit_s` and `slack_s` while the fault lasts.

    Broken, too, where the application's idle_in_transaction_session_timeout is 0. Undecided where that was not
    recorded, and where, if that is `required`, none was idle for so long that the limit was put to test: neither
    ended with SQLSTATE 25P03, nor seen until about the limit.
    """

    @promise("idle_transactions_end", objective=f"{allowed(limit_s)} and {slack_s * 1000:g} ms")
    def judged(history: History, moments: Moments) -> Finding:
        during = Stretch.during(history, moments)
        interval_s = looks(history, during).interval_ns / SECOND_NS
        idle = sessions(history, during).filter(
            pl.col("state").cast(pl.String).fill_null("").str.starts_with("idle in transaction")
        )
        each = (
            idle.sort("state_age_s", descending=True, nulls_last=True)
            .unique(["instance", "pid"], keep="first", maintain_order=True)
            .with_columns(pl.col("state_age_s").fill_null(0.0))
        )
        oldest_s = float(each["state_age_s"].max() or 0)  # type: ignore[arg-type]  # Float64
        late = each.filter(pl.col("state_age_s") > limit_s + slack_s)
        ended = ended_with(history, moments, ENDED)
        measured = {"oldest_idle_transaction_s": oldest_s, "idle_transactions": each.height, "ended": ended}
        if late.height:
            because = f"{counted(late.height, 'transaction')} stayed idle longer than the {allowed(limit_s)} allowed"
            return Finding(
                ruling=Ruling.BROKEN,
                because=f"{because}, up to {oldest_s:.2f} s",
                measured=measured,
                evidence=listed(_lines(late), late.height),
            )
        if none := unbounded(history, "idle_in_transaction_session_timeout"):
            return none
        if required and not ended and oldest_s < limit_s - 2 * interval_s:
            raise Undecided(
                f"the oldest idle transaction seen was {oldest_s:.2f} s old, and none ended with {ENDED}: nothing put "
                f"the limit of {allowed(limit_s)} to test"
            )
        because = f"no transaction was seen idle for longer than {oldest_s:.2f} s, of {allowed(limit_s)} allowed"
        return Finding(
            ruling=Ruling.HELD,
            because=f"{because}; {ended} ended with {ENDED}",
            measured=measured,
            evidence=listed(_lines(each), each.height),
        )

    return judged


def _lines(found: pl.DataFrame) -> list[str]:
    return [
        f"{row['application']}, pid {row['pid']} at {row['instance']}, {row['state']} for {row['state_age_s']:.2f} s "
        f"after: {shortened(row['query'])}"
        for row in found.head(SHOWN).rows(named=True)
    ]
