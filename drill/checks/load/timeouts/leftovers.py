"""Whether the fault's own work ends with it."""

import polars as pl

from drill.checks.load.sampled import belongs, looks, sessions, shortened, since_s
from drill.checks.load.stretches import Stretch
from drill.checks.load.timeouts.culprits import APPLICATION
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, counted, listed
from drill.history import History
from drill.verdict import Check, Ruling


def nothing_is_left_running(limit_s: float = 5.0, *, applications: tuple[str, ...] = APPLICATION) -> Check:
    """Later than `limit_s` after healing no session of `applications` works any more, or keeps a transaction open.

    Names may be the beginnings of names. A session that is merely idle is not running. Undecided where the server was
    not looked at any more when it mattered.
    """

    @promise("nothing_is_left_running", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        after = Stretch.after(moments)
        seen = looks(history, after)
        busy = sessions(history, after).filter(
            belongs(applications) & (pl.col("state").cast(pl.String).fill_null("active") != "idle")
        )
        last_ns = busy["at_ns"].max()
        gone_s = 0.0 if last_ns is None else since_s(int(last_ns), after.from_ns)  # type: ignore[arg-type]  # Int64
        calm_ns = int(seen.at_ns[-1]) - (after.from_ns if last_ns is None else int(last_ns))  # type: ignore[arg-type]
        late = busy.filter(pl.col("at_ns") > after.from_ns + round(limit_s * SECOND_NS))
        left = late.sort("query_age_s", descending=True, nulls_last=True).unique(
            ["instance", "pid"], keep="first", maintain_order=True
        )
        if left.height:
            because = (
                f"{counted(left.height, 'session')} still ran {gone_s:.2f} s after healing, {allowed(limit_s)} allowed"
            )
            ruling = Ruling.BROKEN
        elif calm_ns < 2 * seen.interval_ns:
            because = f"the server was not looked at long enough: a session still ran {gone_s:.2f} s after healing"
            ruling = Ruling.UNDECIDED
        else:
            gone = f"the last session was gone {gone_s:.2f} s after healing" if gone_s else "nothing ran after healing"
            because, ruling = f"{gone}, {allowed(limit_s)} allowed", Ruling.HELD
        lines = [
            f"{row['application']}, pid {row['pid']} at {row['instance']}, {row['state']}: {shortened(row['query'])}"
            for row in left.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=ruling,
            because=because,
            measured={"gone_after_s": gone_s, "left_running": left.height},
            evidence=listed(lines, left.height),
        )

    return judged
