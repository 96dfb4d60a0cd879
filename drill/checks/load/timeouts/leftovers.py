"""Whether the fault's own work ends with it."""

import polars as pl

from drill.checks.load.sampled import belongs, every_instance_looked_at, looks, sessions, shortened, since_s
from drill.checks.load.stretches import Stretch
from drill.checks.load.timeouts.culprits import APPLICATION
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, counted, listed
from drill.history import History
from drill.verdict import Check, Ruling

LONG_S = 5.0
"""A statement of anybody that runs for longer, and so late, is one that nobody waits for any more."""

NOT_MEANT = ("drill operator",)
PROVIDERS = "rdsadmin"
"""The user of the provider's own sessions, which come and go as it likes."""


def nothing_is_left_running(limit_s: float = 5.0, *, applications: tuple[str, ...] = APPLICATION) -> Check:
    """Later than `limit_s` after healing no session of `applications` works any more, or keeps a transaction open.

    Names may be the beginnings of names. A session that is merely idle is not running. Nor does any session of anybody
    else by then run a statement for longer than five seconds that began under this load: the application's own are left
    behind as well. Undecided where an instance was not looked at any more when it mattered.
    """

    @promise("nothing_is_left_running", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        after = Stretch.after(moments)
        seen = looks(history, after)
        limit_ns = after.from_ns + round(limit_s * SECOND_NS)
        every_instance_looked_at(history, moments, after, until_ns=limit_ns)
        there = sessions(history, after)
        busy = there.filter(belongs(applications) & (pl.col("state").cast(pl.String).fill_null("active") != "idle"))
        last_ns = busy["at_ns"].max()
        gone_s = 0.0 if last_ns is None else since_s(int(last_ns), after.from_ns)  # type: ignore[arg-type]  # Int64
        calm_ns = int(seen.at_ns[-1]) - (after.from_ns if last_ns is None else int(last_ns))  # type: ignore[arg-type]
        late = pl.concat([busy, _forgotten(history, there.filter(~belongs(applications)))])
        left = (
            late.filter(pl.col("at_ns") > limit_ns)
            .sort("query_age_s", descending=True, nulls_last=True)
            .unique(["instance", "pid"], keep="first", maintain_order=True)
        )
        if left.height:
            still_s = since_s(int(left["at_ns"].max()), after.from_ns)  # type: ignore[arg-type]  # Int64
            because = (
                f"{counted(left.height, 'session')} still ran {still_s:.2f} s after healing, {allowed(limit_s)} allowed"
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


def _forgotten(history: History, there: pl.DataFrame) -> pl.DataFrame:
    """Statements of others that run for too long: none of the provider's, and none from before the load."""
    requests = history.tables.get("requests")
    first_ns = None if requests is None else requests["due_ns"].min()
    began_ns = pl.col("at_ns") - (pl.col("query_age_s") * SECOND_NS).cast(pl.Int64)
    ours = ~belongs(NOT_MEANT) & (pl.col("user").cast(pl.String).fill_null("") != PROVIDERS)
    active = (pl.col("state").cast(pl.String) == "active") & (pl.col("query_age_s") > LONG_S)
    under_load = pl.lit(value=True) if first_ns is None else began_ns >= int(first_ns) - SECOND_NS  # type: ignore[arg-type]
    return there.filter(ours & active & under_load)
