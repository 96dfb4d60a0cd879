"""The rows that an experiment itself adds to the history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from drill.errors import NoEffect
from drill.faults import Injection, meanwhile
from drill.history import Action, Outcome, typed

Say = Callable[[str], None]

LOGGED = {"endpoint": pl.String, "server": pl.String, "value": pl.Int64, "code": pl.String}
"""Types of the columns that may hold nothing but nulls."""


@dataclass(slots=True)
class Log:
    """The rows that the experiment itself adds to the history."""

    now_ns: Callable[[], int]
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(
        self, client: str, action: Action, *, since_ns: int, outcome: Outcome = Outcome.OK, **columns: str | int | None
    ) -> None:
        """One operation that began at `since_ns` and ends now; `columns` of a history beside those."""
        row = {"client": client, "action": str(action), "outcome": str(outcome)}
        self.rows.append({**row, "invoked_ns": since_ns, "completed_ns": self.now_ns(), **columns})

    def frame(self) -> pl.DataFrame:
        """As rows of a history."""
        return typed(pl.DataFrame(self.rows, schema_overrides=LOGGED))

    def injected(self, injection: Injection, *, since_ns: int) -> None:
        """The fault was asked for."""
        self.add(
            "fault",
            Action.INJECT,
            since_ns=since_ns,
            endpoint=injection.instance,
            server=injection.heir,
            value=int(injection.moves_writer),
        )

    def confirm(self, injection: Injection, say: Say, look: Callable[[], object] = lambda: None) -> bool:
        """Look whether the fault took effect, and write down what was seen, or that nothing was.

        `look` is called at each look for it; what that raises ends the experiment.
        """
        since_ns = self.now_ns()
        try:
            with meanwhile(look):
                seen = injection.confirm()
        except NoEffect as error:
            say(f"not confirmed: {error}")
            self.add("fault", Action.CONFIRM, since_ns=since_ns, code=str(error), outcome=Outcome.FAILED)
            return False
        say(f"confirmed: {seen}")
        self.add("fault", Action.CONFIRM, since_ns=since_ns, endpoint=injection.instance, code=seen)
        return True
