"""Whether the client waits longer than the server works, as it must: else work goes on that nobody waits for."""

from itertools import pairwise

import polars as pl

from drill.checks.load.arrivals import arrivals
from drill.checks.load.stated import CLIENT_DEADLINE, timeout_s
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import counted
from drill.errors import Undecided
from drill.history import Cause, History
from drill.verdict import Check, Ruling

ORDER = (CLIENT_DEADLINE, "statement_timeout", "lock_timeout")
"""Each must be longer than the next; 0 is without end."""


def client_outlasts_server() -> Check:
    """The client's deadline is longer than statement_timeout, that longer than lock_timeout; no client gave up first.

    Undecided where the settings of the application's connections were not recorded.
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
        gave_up = (
            arrivals(history, Stretch.during(history, moments))
            .enough()
            .rows.filter(pl.col("cause") == str(Cause.SILENT))
        )
        if gave_up.height:
            wrong.append(f"{counted(gave_up.height, 'request')} ended by the client's own deadline")
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{'; '.join(wrong)}: {told}" if wrong else f"{told}: each longer than the next",
            measured={f"{name}_s": value or None for name, value in found.items()} | {"gave_up": gave_up.height},
        )

    return judged
