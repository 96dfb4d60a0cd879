"""Whether somebody who could mend it still gets in."""

import polars as pl

from drill.checks.load.stated import stated
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, allowed, causes, counted, listed, seconds
from drill.errors import Undecided
from drill.history import Action, History, Outcome
from drill.verdict import Check, Ruling

OPERATOR = "operator"
ABSENT = "absent"
"""The name under which it stands why nobody knocked."""

TRIES = 3


def operator_gets_in(limit_s: float = 1.0) -> Check:
    """Each time that the operator knocks under the fault, the server lets them in within `limit_s`.

    Room for them is what the reserved slots are for. Undecided where they knocked fewer than three times.
    """

    @promise("operator_gets_in", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        knocks = history.only(Action.CONNECT).filter(pl.col("client").cast(pl.String).str.starts_with(OPERATOR))
        tried = Stretch.during(history, moments).of(knocks, "invoked_ns")
        if tried.height < TRIES:
            why = stated(history, OPERATOR, ABSENT)
            raise Undecided(
                f"the operator knocked {counted(tried.height, 'time')} during the fault, of {TRIES} needed"
                + (f": {why}" if why else "")
            )
        took = tried.with_columns(took_ns=pl.col("completed_ns") - pl.col("invoked_ns"))
        late = pl.col("took_ns") > limit_s * SECOND_NS
        out = took.filter((pl.col("outcome") != str(Outcome.OK)) | late)
        slowest_ns = int(took["took_ns"].max() or 0)  # type: ignore[arg-type]  # Int64
        because = (
            f"the operator got in {tried.height - out.height} of {counted(tried.height, 'time')}, the slowest after "
            f"{seconds(slowest_ns)}, of {allowed(limit_s)} allowed"
        )
        lines = [
            f"{moments.since_injection_s(row['invoked_ns']):.2f} s after injection: {row['outcome']} "
            f"{row['cause'] or ''} {row['code'] or ''} after {seconds(row['took_ns'])}"
            for row in out.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=Ruling.BROKEN if out.height else Ruling.HELD,
            because=f"{because}: {causes(out)}" if out.height else because,
            measured={"operator_tries": tried.height, "operator_slowest_s": slowest_ns / SECOND_NS},
            evidence=listed(lines, out.height),
        )

    return judged
