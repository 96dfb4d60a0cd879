"""Readers that lag, and readers that are down: both show too little, for another reason."""

import polars as pl

from drill.checks.load.diagnosis import Reason
from drill.checks.load.diagnosis.readers import LAGGING_MS, states
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.errors import Undecided
from drill.history import Action, History, Outcome
from drill.verdict import Check, Ruling


def lagging_is_told_from_down(expected: Reason = Reason.LAGGING_READER, *, limit_ms: float = LAGGING_MS) -> Check:
    """The reader that the fault hits is found to be what it is: lagging (it answers, late) or down (it does not).

    `expected` is what it is by the fault. Undecided where no reader was looked at, or none showed anything.
    """

    @promise("lagging_is_told_from_down", objective=str(expected))
    def judged(history: History, moments: Moments) -> Finding:
        found = states(history, Stretch.during(history, moments), limit_ms=limit_ms)
        hit = history.only(Action.INJECT, outcome=Outcome.OK)["endpoint"].cast(pl.String)[0]
        readers = found["instance"].to_list()
        judged_readers = [hit] if hit in readers else readers
        reasons = dict(zip(readers, found["reason"].to_list(), strict=True))
        seen = {reader: reasons[reader] for reader in judged_readers if reasons[reader] is not None}
        if not seen:
            raise Undecided("no reader was seen to lag or to be down")
        wrong = [reader for reader, reason in seen.items() if reason != str(expected)]
        words = ", ".join(f"reader {reader}: {reason}" for reader, reason in seen.items())
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{words}, where the fault makes it a {expected}" if wrong else words,
            measured={
                "lagging_readers": found.filter(pl.col("reason") == str(Reason.LAGGING_READER)).height,
                "down_readers": found.filter(pl.col("reason") == str(Reason.READER_DOWN)).height,
                "lag_s": float(found["lag_ms"].max() or 0) / 1000,  # type: ignore[arg-type]  # Float64
            },
            evidence=tuple(
                f"{row['instance']}: {100 * row['answered']:.0f} % of {row['looks']} looks answered, up to "
                f"{row['lag_ms'] / 1000:.2f} s behind"
                for row in found.head(20).rows(named=True)
            ),
        )

    return judged
