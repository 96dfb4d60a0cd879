"""Before, during and after a fault: the stretches of time that are compared with each other.

|--- load ---|-- steady, 3 s --| injected .. confirmed |---- during ----| healing .. healed |---- after ----
                               |------------------ under -------------|-------- since healing began --------

What the server shows of the fault is asked of `during`, when all of it is in place. What users get is asked of `under`
and of all that follows: they are there while the fault grows and while it is undone, too.
"""

from dataclasses import dataclass
from typing import Self

import polars as pl

from drill.checks.moments import SECOND_NS, Moments
from drill.checks.outages import STEADY_NS
from drill.errors import Undecided
from drill.history import Action, History, Outcome

FOREVER_NS = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From one moment on until before another; `name` stands in sentences: "during the fault"."""

    name: str
    from_ns: int
    to_ns: int

    @classmethod
    def steady(cls, moments: Moments) -> Self:
        """The last seconds before injection."""
        return cls(name="before the fault", from_ns=moments.injected_ns - STEADY_NS, to_ns=moments.injected_ns)

    @classmethod
    def during(cls, history: History, moments: Moments) -> Self:
        """From confirmation until healing begins; to the end of the run where nothing was healed."""
        return cls(name="during the fault", from_ns=moments.confirmed_ns, to_ns=_healing_ns(history) or FOREVER_NS)

    @classmethod
    def under(cls, history: History, moments: Moments) -> Self:
        """From injection until healing begins, the fault's growth included; to the end where nothing was healed."""
        return cls(name="during the fault", from_ns=moments.injected_ns, to_ns=_healing_ns(history) or FOREVER_NS)

    @classmethod
    def since_healing(cls, history: History) -> Self:
        """Everything from when healing began; `Undecided` where nothing was healed."""
        began_ns = _healing_ns(history)
        if began_ns is None:
            raise Undecided("the fault was never healed")
        return cls(name="since healing began", from_ns=began_ns, to_ns=FOREVER_NS)

    @classmethod
    def since(cls, moments: Moments) -> Self:
        """Everything from injection on."""
        return cls(name="since injection", from_ns=moments.injected_ns, to_ns=FOREVER_NS)

    @classmethod
    def after(cls, moments: Moments) -> Self:
        """Everything from healing on; `Undecided` where nothing was healed."""
        if moments.healed_ns is None:
            raise Undecided("the fault was never healed")
        return cls(name="after healing", from_ns=moments.healed_ns, to_ns=FOREVER_NS)

    def of(self, rows: pl.DataFrame, column: str) -> pl.DataFrame:
        """The rows whose moment lies in it."""
        return rows.filter(pl.col(column).is_between(self.from_ns, self.to_ns, closed="left"))

    @property
    def length_s(self) -> float:
        """How long it is."""
        return (self.to_ns - self.from_ns) / SECOND_NS


def _healing_ns(history: History) -> int | None:
    """When healing began; None: never."""
    healing = history.only(Action.HEAL, outcome=Outcome.OK)["invoked_ns"]
    return None if healing.is_empty() else int(healing[-1])
