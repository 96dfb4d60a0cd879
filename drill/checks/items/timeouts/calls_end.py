"""Whether whatever a client waits for ends before its user has left."""

import polars as pl

from drill.checks.items.calls import ended, hindered, sent
from drill.checks.items.patience import deadline_of, told_deadline
from drill.checks.load.arrivals import arrivals
from drill.checks.load.stretches import Stretch
from drill.checks.load.timeouts.deadlines import SLACK_S
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, counted, listed, seconds
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def calls_end_before_the_deadline(within_s: float | None = None, *, slack_s: float = SLACK_S) -> Check:
    """No call takes longer than the caller's deadline, nor do all calls of a request together, nor the request itself.

    Judged is what began while the fault lasted, by `within_s` or by the deadline that the application was told. boto3's
    own timeouts are a minute each and are tried again, so that who leaves them as they are waits for minutes. `slack_s`
    is what a busy machine may need to notice. What had not ended when the load did counts as long as it was seen to
    last. Undecided where the application's calls hardly met the fault.
    """

    @promise("calls_end_before_the_deadline", objective=told_deadline(within_s))
    def judged(history: History, moments: Moments) -> Finding:
        rows = hindered(history, moments)
        under = Stretch.under(history, moments)
        deadline_s = deadline_of(history, within_s)
        limit_ns = round((deadline_s + slack_s) * SECOND_NS)
        requests = arrivals(history, under).rows.select("pattern", from_ns="due_ns", until_ns="completed_ns")
        end_ns = _last_ns(history)
        took = {
            "call": _beyond(rows.select("pattern", from_ns="sent_ns", until_ns="answered_ns"), end_ns),
            "request's calls": _beyond(_together(sent(history), under, end_ns), end_ns),
            "request": _beyond(requests.with_columns(pl.col("pattern").cast(pl.String)), end_ns),
        }
        longest = {what: int(each["took_ns"].max() or 0) for what, each in took.items()}  # type: ignore[arg-type]
        late = {what: each.filter(pl.col("took_ns") > limit_ns) for what, each in took.items()}
        wrong = [f"{each.height:,} x {what}" for what, each in late.items() if each.height]
        if not wrong and under.to_ns - under.from_ns <= limit_ns:
            raise Undecided(
                f"the fault lasted {seconds(under.to_ns - under.from_ns)}, no longer than {allowed(deadline_s)}: what "
                "it held ended with it"
            )
        lines = [
            f"{what} of {row['pattern'] or 'no pattern'}: {seconds(row['took_ns'])}"
            + ("" if row["until_ns"] is not None else ", and no end")
            for what, each in late.items()
            for row in each.sort("took_ns", descending=True).head(SHOWN).rows(named=True)
        ]
        because = (
            f"the longest call took {seconds(longest['call'])}, the longest request {seconds(longest['request'])}, of "
            f"{allowed(deadline_s)} allowed"
        )
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{because}; longer: {', '.join(wrong)}" if wrong else because,
            measured={
                "longest_call_s": longest["call"] / SECOND_NS,
                "longest_request_s": longest["request"] / SECOND_NS,
                "late_calls": late["call"].height,
                "late_requests": late["request"].height,
            },
            evidence=(f"{counted(rows.height, 'call')}: {ended(rows)}", *listed(lines[:SHOWN], len(lines))),
        )

    return judged


def _together(calls: pl.DataFrame, stretch: Stretch, end_ns: int) -> pl.DataFrame:
    """For each request that began in the stretch: from its first call to the end of its last."""
    ends = pl.col("answered_ns").fill_null(end_ns)
    return (
        calls.drop_nulls("request")
        .group_by("request")
        .agg(pl.col("pattern").first(), from_ns=pl.col("sent_ns").min(), until_ns=ends.max())
        .filter(pl.col("from_ns").is_between(stretch.from_ns, stretch.to_ns, closed="left"))
        .select("pattern", "from_ns", "until_ns")
    )


def _beyond(rows: pl.DataFrame, end_ns: int) -> pl.DataFrame:
    """The same, with `took_ns`; what has no end lasted to the end of the load at least."""
    return rows.with_columns(took_ns=pl.col("until_ns").fill_null(end_ns) - pl.col("from_ns"))


def _last_ns(history: History) -> int:
    """When the last thing of the load was seen to end or to be due."""
    moments = (
        history.table("requests").select(pl.max_horizontal(pl.col("completed_ns").max(), pl.col("due_ns").max())),
        history.table("calls").select(pl.max_horizontal(pl.col("answered_ns").max(), pl.col("sent_ns").max())),
    )
    return max(int(each.item() or 0) for each in moments)
