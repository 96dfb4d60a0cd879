"""Whether the cluster could lose another instance."""

import polars as pl

from drill.checks.moments import Moments
from drill.checks.phases import redundant_s
from drill.checks.promise import Finding, promise
from drill.checks.words import allowed, counted
from drill.errors import Undecided
from drill.history import Action, History, Outcome
from drill.verdict import Check, Ruling


def redundancy_restored(limit_s: float) -> Check:
    """Within `limit_s` of healing all readers are back and caught up, and their rows equal the writer's.

    The first is what `redundant` reports say, from then on for good; the second is that the digests of all
    instances are equal at the end. Undecided if nothing was healed, nobody watched, or not all instances that
    were asked for a digest gave one, two at least.
    """

    @promise("redundancy_restored", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        reports = history.only(Action.REDUNDANT)
        if moments.healed_ns is None or reports.filter(pl.col("invoked_ns") >= moments.healed_ns).is_empty():
            raise Undecided("nobody watched whether redundancy came back after healing")
        back_s = redundant_s(history, moments)
        digests = history.only(Action.DIGEST)
        read = digests.filter(pl.col("outcome") == str(Outcome.OK)).group_by("server").agg(pl.col("value").last())
        ruling, because = _ruled(back_s, limit_s, reports, digests, read)
        return Finding(
            ruling=ruling,
            because=because,
            measured={"redundant_s": back_s},
            evidence=tuple(
                f"{server}: digest {value}" for server, value in read.cast({"server": pl.String}).sort("server").rows()
            ),
        )

    return judged


def _ruled(
    back_s: float | None, limit_s: float, reports: pl.DataFrame, digests: pl.DataFrame, read: pl.DataFrame
) -> tuple[Ruling, str]:
    if back_s is None or back_s > limit_s:
        missing = reports.filter(pl.col("outcome") != str(Outcome.OK))["code"].drop_nulls()
        what = f", last missing: {missing[-1]}" if len(missing) else ""
        when = "did not come back" if back_s is None else f"came back after {back_s:.2f} s"
        return Ruling.BROKEN, f"redundancy {when}, of {allowed(limit_s)} allowed{what}"
    if read["value"].n_unique() > 1:
        return (
            Ruling.BROKEN,
            f"the instances do not hold the same rows: {counted(read.height, 'digest')} differ",
        )
    unread = set(digests["endpoint"].drop_nulls()) - set(digests.filter(pl.col("outcome") == "ok")["endpoint"])
    if read.height < 2 or unread:
        whose = f"not of {', '.join(sorted(unread))}" if unread else f"of {counted(read.height, 'instance')} only"
        return Ruling.UNDECIDED, f"redundancy came back, but the rows could be compared {whose}"
    return Ruling.HELD, f"redundancy was back {back_s:.2f} s after healing, of {allowed(limit_s)} allowed"
