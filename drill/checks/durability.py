"""Whether what was acknowledged is there, what was refused is not, and nothing is there twice."""

import polars as pl

from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.readback import WRITE, read_back
from drill.checks.words import SHOWN, counted, listed, seconds
from drill.errors import Undecided
from drill.history import Action, History, Outcome
from drill.verdict import Check, Ruling


def every_acknowledged_write_survives() -> Check:
    """Each known write, acknowledged or seen by any read, is there when everything is read back.

    It is read from the writer, and a table that is gone is all its writes lost. The recovery point is
    `lost_writes` and `lost_span_s`, from the first to the last of them: with a partition they come after the
    fault. Undecided without an acknowledged write, or if the readback is not complete.
    """

    @promise("every_acknowledged_write_survives")
    def judged(history: History, moments: Moments) -> Finding:
        written = _writes(history, Outcome.OK)
        number = int(written.select(pl.len()).collect().item())
        if not number:
            raise Undecided("no write was acknowledged: there is nothing that could be lost")
        present = read_back(history)
        lost = _missing(history, written, present.rows)
        span_ns = lost["completed_ns"][-1] - lost["completed_ns"][0] if lost.height else 0
        because = f"{counted(number, 'write')} acknowledged, and every known one is still there"
        if lost.height:
            gone = "the table is gone: " if present.gone else ""
            lost_ones = f"{counted(lost.height, 'known write')} lost, over {seconds(span_ns)}"
            because = f"{gone}{lost_ones}, of {number:,} acknowledged"
        return Finding(
            ruling=Ruling.BROKEN if lost.height else Ruling.HELD,
            because=because,
            measured={
                "acknowledged_writes": number,
                "lost_writes": lost.height,
                "lost_span_s": span_ns / SECOND_NS,
            },
            evidence=_told(lost, "acknowledged or shown by", moments),
        )

    return judged


def no_refused_write_appears() -> Check:
    """No write that FAILED, which the database cannot have done, is read back or seen by any read.

    Undecided if nothing was written, or if the readback is not complete and no read showed one.
    """

    @promise("no_refused_write_appears")
    def judged(history: History, moments: Moments) -> Finding:
        _require_writes(history)
        refused = _writes(history, Outcome.FAILED).filter(pl.col("value").is_not_null())
        number = int(refused.select(pl.len()).collect().item())
        shown = refused.join(_seen(history).select(WRITE), on=WRITE, how="semi").collect()
        try:
            present = read_back(history).rows
        except Undecided:
            if shown.is_empty():
                raise
            present = shown.select(WRITE)
        stored = refused.join(present.lazy(), on=WRITE, how="semi").collect()
        risen = pl.concat([shown, stored]).unique(WRITE).sort("completed_ns")
        because = f"of {counted(number, 'refused write')} none appeared"
        if risen.height:
            because = f"{risen.height:,} of {counted(number, 'refused write')} appeared all the same"
        return Finding(
            ruling=Ruling.BROKEN if risen.height else Ruling.HELD,
            because=because,
            measured={"resurrected_writes": risen.height},
            evidence=_told(risen, "refused by", moments),
        )

    return judged


def no_write_is_applied_twice() -> Check:
    """No write is read back more often than once; the probes write each value once, and never retry with it.

    `duplicate_writes` counts writes, however often each is there. Undecided if nothing was written, or if the
    readback is not complete.
    """

    @promise("no_write_is_applied_twice")
    def judged(history: History, _moments: Moments) -> Finding:
        _require_writes(history)
        rows = read_back(history).rows
        twice = rows.group_by(WRITE).len().filter(pl.col("len") > 1).sort(WRITE)
        lines = [f"stream {key}, value {value}: {times} times" for key, value, times in twice.head(SHOWN).rows()]
        because = f"none of {counted(rows.height, 'row')} is there twice"
        if twice.height:
            because = f"{counted(twice.height, 'write')} of {rows.height:,} rows are there more than once"
        return Finding(
            ruling=Ruling.BROKEN if twice.height else Ruling.HELD,
            because=because,
            measured={"duplicate_writes": twice.height},
            evidence=listed(lines, twice.height),
        )

    return judged


_TOLD = ["client", "key", "value", "server", "completed_ns"]


def _writes(history: History, outcome: Outcome) -> pl.LazyFrame:
    chosen = (pl.col("action") == str(Action.WRITE)) & (pl.col("outcome") == str(outcome))
    return history.operations.lazy().filter(chosen).select(_TOLD)


def _seen(history: History) -> pl.LazyFrame:
    """Find what reads showed: of each write the first read that did."""
    chosen = (pl.col("action") == str(Action.READ)) & (pl.col("outcome") == str(Outcome.OK)) & (pl.col("value") >= 0)
    return history.operations.lazy().filter(chosen).select(_TOLD).unique(WRITE, keep="first", maintain_order=True)


def _require_writes(history: History) -> None:
    tried = history.operations.lazy().select((pl.col("action") == str(Action.WRITE)).any()).collect().item()
    if not tried:
        raise Undecided("nothing was written")


def _missing(history: History, written: pl.LazyFrame, present: pl.DataFrame) -> pl.DataFrame:
    """List each known write that is absent once, in the order in which it became known."""
    rows = present.lazy()
    acknowledged = written.join(rows, on=WRITE, how="anti").collect()
    shown = _seen(history).join(rows, on=WRITE, how="anti").collect()
    return pl.concat([acknowledged, shown]).unique(WRITE, keep="first", maintain_order=True).sort("completed_ns")


def _told(writes: pl.DataFrame, by: str, moments: Moments) -> tuple[str, ...]:
    lines = [
        f"{row['client']}, stream {row['key']}, value {row['value']}: {by} {row['server']}, "
        f"{moments.since_injection_s(row['completed_ns']):.3f} s after injection"
        for row in writes.head(SHOWN).rows(named=True)
    ]
    return listed(lines, writes.height)
