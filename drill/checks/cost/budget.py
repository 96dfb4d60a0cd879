"""Whether a month at the declared demand stays within its budget."""

from __future__ import annotations

from drill.checks.cost.scope import usual
from drill.checks.cost.told import complete
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, listed
from drill.costs import AS_MEASURED, Demand, PriceBook, projected, shipped, total
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def within_budget(budget_usd: float, *, demand: Demand = AS_MEASURED, book: PriceBook | None = None) -> Check:
    """The projected month costs no more than `budget_usd`.

    Projected is what was measured without a fault, at the demand's rates, over 730 hours, at list prices; every line
    stands as evidence. `Undecided` where calls do not tell what they consumed and nothing else does: what was not
    measured is not free.
    """
    prices = book or shipped()

    @observation("within_budget", objective=f"{budget_usd:,.2f} USD per month")
    def judged(history: History) -> Finding:
        stretch = usual(history)
        complete(history, stretch)
        lines = projected(history, prices, stretch.from_ns, stretch.to_ns, demand=demand)
        if not lines:
            raise Undecided(f"nothing that is paid for was measured {stretch.name}")
        usd = total(lines)
        of = "at the declared rates" if demand.rates is not None else "at the measured rates"
        return Finding(
            ruling=Ruling.HELD if usd <= budget_usd else Ruling.BROKEN,
            because=f"{usd:,.2f} USD per month {of}, of {budget_usd:,.2f} allowed; most of it for "
            f"{lines[0].item} of {lines[0].resource}",
            measured={
                "projected_usd_per_month": usd,
                "by_use_usd_per_month": total(line for line in lines if line.is_by_use),
                "budget_used_pct": 100 * usd / budget_usd if budget_usd else None,
            },
            evidence=listed([line.told() for line in lines[:SHOWN]], len(lines)),
        )

    return judged
