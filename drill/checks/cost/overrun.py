"""An overrun: what is spent under the fault beyond what is usual, by resource and item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from drill.checks.cost.scope import usual
from drill.checks.load.stretches import FOREVER_NS, Stretch
from drill.checks.moments import Moments
from drill.costs import Line, PriceBook, Setup, Spending, consumed, total
from drill.errors import Undecided
from drill.history import History

BEYOND = 2.0
"""Spending of twice what is usual is an overrun, whatever the budget."""

CENT = 0.01
"""USD: what grows by less stands in no evidence."""

NOTABLE = 0.1
"""One line that doubles counts only if that adds a tenth to the bill: others are jitter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """One line of the bill: USD per month as usual, and under the fault."""

    line: Line
    usual_usd: float

    @property
    def more_usd(self) -> float:
        """What the fault adds."""
        return self.line.usd_per_month - self.usual_usd

    @property
    def table(self) -> str:
        """The table's name, wherever it is."""
        return self.line.resource.partition("@")[0]

    def told(self) -> str:
        """As a line of evidence."""
        return (
            f"{self.line.resource}, {self.line.item}: {self.usual_usd:,.2f} -> {self.line.usd_per_month:,.2f} "
            f"USD per month (by {self.line.source})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrun:
    """Every line of the bill under the fault, the one that grew most first; beside it the bill as usual."""

    spending: Spending
    steady: Stretch
    under: Stretch
    usual_lines: tuple[Line, ...]
    grown: tuple[Grown, ...]

    @classmethod
    def of(cls, history: History, moments: Moments, book: PriceBook) -> Self:
        """`Undecided` where nothing was measured, before the fault or while it lasted, or where nothing grew."""
        spending = Spending.of(consumed(history), Setup.of(history), book)
        steady, under = usual(history), Stretch.under(history, moments)
        last_ns = int(spending.rows["to_ns"].max() or 0)  # type: ignore[arg-type]  # Int64
        if under.to_ns == FOREVER_NS or under.to_ns > last_ns:
            under = Stretch(name=under.name, from_ns=under.from_ns, to_ns=last_ns)
        if under.to_ns <= under.from_ns:
            raise Undecided("nothing that is paid for was measured while the fault lasted")
        before = spending.between(steady.from_ns, steady.to_ns)
        if total(before) <= 0:
            raise Undecided("nothing was spent before the fault: then nothing tells what is usual")
        known = {(line.resource, line.item): line.usd_per_month for line in before}
        grown = [
            Grown(line=line, usual_usd=known.get((line.resource, line.item), 0.0))
            for line in spending.between(under.from_ns, under.to_ns)
        ]
        return cls(
            spending=spending,
            steady=steady,
            under=under,
            usual_lines=before,
            grown=tuple(sorted(grown, key=lambda each: -each.more_usd)),
        )

    @property
    def usual_usd(self) -> float:
        """The bill of a month as usual."""
        return total(self.usual_lines)

    @property
    def more_usd(self) -> float:
        """What a month of the fault adds to it."""
        return total(each.line for each in self.grown) - self.usual_usd

    def largest(self) -> Grown:
        """What grew most; `Undecided` where nothing grew notably: then there was no overrun."""
        first = next(iter(self.grown), None)
        if first is None or first.more_usd < NOTABLE * self.usual_usd:
            raise Undecided(
                f"the fault added less than a tenth to {self.usual_usd:,.2f} USD per month: there was no overrun"
            )
        return first
