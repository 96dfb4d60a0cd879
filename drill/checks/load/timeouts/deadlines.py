"""Whether the client waits longer than the server works, as it must: else work goes on that nobody waits for."""

from itertools import pairwise

import polars as pl

from drill.checks.load.arrivals import arrivals
from drill.checks.load.stated import CLIENT_DEADLINE, timeout_s
from drill.checks.load.stretches import Stretch
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import counted
from drill.errors import Undecided
from drill.history import Cause, History
from drill.verdict import Check, Ruling

ORDER = (CLIENT_DEADLINE, "statement_timeout", "lock_timeout")
"""Each must be longer than the next; 0 is without end."""

POOL_TIMEOUT = "pool_timeout"
"""The name under which the application's patience with its own pool stands beside its deadline."""

SLACK_S = 0.5
"""For a machine that is busy: a deadline that is kept ends a request soon after it, and not at once."""

MOSTLY = 0.9
"""Who spent so much of a request waiting for a connection was refused by the pool, and hung up on no server."""

_TOOK_S = (pl.col("completed_ns") - pl.coalesce("begun_ns", "due_ns")) / SECOND_NS
_CODE = pl.col("code").cast(pl.String).fill_null("")
_SAYS_SO = _CODE.str.contains("(?i)dead.?line|time.?d?.?out|cancel") & ~_CODE.str.contains("(?i)pool")
_WAITED_S = pl.col("waited_ns").fill_null(0) / SECOND_NS
GAVE_UP = (pl.col("cause") == str(Cause.SILENT)).fill_null(value=False) | (
    (pl.col("outcome") != "ok").fill_null(value=True)
    & ~_CODE.str.contains("^[0-9A-Z]{5}$")
    & _SAYS_SO
    & (MOSTLY * pl.col("took_s") > _WAITED_S).fill_null(value=True)
)
"""The client's own end of a request: silence, or a deadline in its own words and no SQLSTATE."""


def client_outlasts_server() -> Check:
    """The client's deadline is longer than statement_timeout, that longer than lock_timeout; no client gave up first.

    A client gave up where it ended a request without a word of the server, whether in silence or by a deadline of
    which it tells in its own words; waiting for a connection is no such thing. Nor may a request take longer than
    that deadline and the pool's: a deadline that is stated and not kept is none. Undecided where the settings of the
    application's connections were not recorded.
    """

    @promise("client_outlasts_server", objective="client's deadline > statement_timeout > lock_timeout")
    def judged(history: History, moments: Moments) -> Finding:
        found = {name: timeout_s(history, name) for name in ORDER}
        missing = [name for name, value in found.items() if value is None]
        if missing:
            raise Undecided(f"the application's {' and '.join(missing)} was not recorded")
        limits = {name: value or float("inf") for name, value in found.items()}
        told = ", ".join(
            f"{name} {value:g} s" if value < float("inf") else f"{name} 0" for name, value in limits.items()
        )
        names = list(limits)
        wrong = [
            f"{upper} is not longer than {lower}" for upper, lower in pairwise(names) if limits[upper] <= limits[lower]
        ]
        due = arrivals(history, Stretch.under(history, moments)).enough().rows.with_columns(took_s=_TOOK_S)
        gave_up = due.filter(GAVE_UP)
        if gave_up.height:
            wrong.append(f"{counted(gave_up.height, 'request')} ended by the client's own deadline")
        longest_s = limits[CLIENT_DEADLINE] + (timeout_s(history, POOL_TIMEOUT) or 0.0) + SLACK_S
        late = due.filter(pl.col("took_s") > longest_s)
        slowest_s = float(due["took_s"].max() or 0)  # type: ignore[arg-type]  # Float64
        if late.height:
            number = counted(late.height, "request")
            wrong.append(f"{number} took longer than the client's deadline allows, up to {slowest_s:.2f} s")
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{'; '.join(wrong)}: {told}" if wrong else f"{told}: each longer than the next",
            measured={f"{name}_s": value or None for name, value in found.items()}
            | {"gave_up": gave_up.height, "beyond_deadline": late.height, "slowest_request_s": slowest_s},
        )

    return judged
