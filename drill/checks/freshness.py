"""How far behind a reader is, and whether it ever goes back in time."""

import polars as pl

from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, counted, listed
from drill.errors import Undecided
from drill.history import WRITER_ENDPOINT, Action, History, Outcome
from drill.verdict import Check, Ruling


def readers_stay_fresh(limit_s: float) -> Check:
    """Of the reads since injection 99 % are not staler than `limit_s`.

    Judged are reads through the reader endpoint and those pinned to an instance. A reader that shows
    everything acknowledged is not stale, however long nothing was written. Undecided without such a read.
    """

    @promise("readers_stay_fresh", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        since = pl.col("invoked_ns") >= moments.injected_ns
        stale_ns = staleness(history, since & pl.col("endpoint").ne_missing(WRITER_ENDPOINT))["staleness_ns"]
        if stale_ns.is_empty():
            raise Undecided("no read of a reader was answered after injection")
        p99_s = float(stale_ns.quantile(0.99, "higher") or 0) / SECOND_NS
        longest_s = int(stale_ns.max() or 0) / SECOND_NS  # type: ignore[arg-type]  # a column of Int64
        because = f"99 % of {counted(len(stale_ns), 'read')} were at most {p99_s * 1000:,.1f} ms behind"
        return Finding(
            ruling=Ruling.HELD if p99_s <= limit_s else Ruling.BROKEN,
            because=f"{because}, the worst {longest_s * 1000:,.1f} ms, of {allowed(limit_s)} allowed",
            measured={
                "staleness_p99_ms": p99_s * 1000,
                "staleness_max_ms": longest_s * 1000,
                "reads": len(stale_ns),
            },
        )

    return judged


def reads_are_monotonic() -> Check:
    """On one connection no read of a stream shows less than an earlier one did.

    A new connection may lead to another reader and go back; so each session of a client is judged on its own.
    Undecided if no read was answered.
    """

    @promise("reads_are_monotonic")
    def judged(history: History, moments: Moments) -> Finding:
        reads = _reads(history).select("client", "session", "key", "value", "server", "invoked_ns")
        seen = pl.col("value").cum_max().over("client", "session", "key")
        judged_reads = reads.select(pl.len()).collect().item()
        if not judged_reads:
            raise Undecided("no read was answered")
        back = reads.with_columns(seen=seen).filter(pl.col("value") < pl.col("seen")).collect()
        lines = [
            f"{row['client']}, connection {row['session']}, stream {row['key']}: {row['value']} after {row['seen']}, "
            f"from {row['server']}, {moments.since_injection_s(row['invoked_ns']):.3f} s after injection"
            for row in back.head(SHOWN).rows(named=True)
        ]
        number = counted(judged_reads, "read")
        because = f"{back.height:,} of {number} went back" if back.height else f"none of {number} went back"
        return Finding(
            ruling=Ruling.BROKEN if back.height else Ruling.HELD,
            because=f"{because} behind an earlier one on its connection",
            measured={"non_monotonic_reads": back.height},
            evidence=listed(lines, back.height),
        )

    return judged


def staleness(history: History, chosen: pl.Expr) -> pl.DataFrame:
    """Measure each chosen read that was answered: key, value, invoked_ns, staleness_ns.

    Staleness is the age, when the read is invoked, of the oldest write to its stream that was acknowledged by
    then and has a higher value than it shows; 0 if there is none. The earliest acknowledgement of all higher
    values answers that for all reads at once: if it came too late for a read, all of them did.
    """
    writes = (
        history.operations.lazy()
        .filter(pl.col("action") == str(Action.WRITE), pl.col("outcome") == str(Outcome.OK))
        .select("key", "value", "completed_ns")
        .sort("value")
        .select("key", "value", missed_ns=pl.col("completed_ns").cum_min(reverse=True).over("key"))
    )
    reads = _reads(history).filter(chosen).select("key", "value", "invoked_ns", above=pl.col("value") + 1)
    age = (pl.col("invoked_ns") - pl.col("missed_ns")).clip(lower_bound=0).fill_null(0)
    return (
        reads.sort("above")
        .join_asof(writes, left_on="above", right_on="value", by="key", strategy="forward", check_sortedness=False)
        .select("key", "value", "invoked_ns", staleness_ns=age)
        .collect()
    )


def _reads(history: History) -> pl.LazyFrame:
    answered = (pl.col("action") == str(Action.READ)) & (pl.col("outcome") == str(Outcome.OK))
    return history.operations.lazy().filter(answered, pl.col("value").is_not_null())
