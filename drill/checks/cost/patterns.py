"""What a million requests of each access pattern cost."""

from __future__ import annotations

from collections.abc import Mapping

from drill.checks.cost.scope import usual
from drill.checks.cost.told import complete
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.costs import PriceBook, costs_of_patterns, shipped
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def cost_by_pattern(most_usd: Mapping[str, float] | None = None, *, book: PriceBook | None = None) -> Check:
    """Each pattern's cost per million requests is known, and not above what is allowed for it (`most_usd`).

    Evidence is a line a pattern. Undecided where a pattern that has a limit, or any pattern at all, was priced at
    nothing: requests are not free, so then it was not measured.
    """
    prices = book or shipped()
    limits = dict(most_usd or {})

    @observation("cost_by_pattern", objective="every pattern is priced" if not limits else "within its own limit")
    def judged(history: History) -> Finding:
        stretch = usual(history)
        complete(history, stretch)
        costs = costs_of_patterns(history, prices, stretch.from_ns, stretch.to_ns)
        by_name = {each.pattern: each for each in costs}
        free = sorted({each.pattern for each in costs if not each.usd_per_million} | (set(limits) - set(by_name)))
        dear = [each for each in costs if each.usd_per_million > limits.get(each.pattern, float("inf"))]
        if free and not dear:
            raise Undecided(f"nothing tells what requests of {', '.join(free)} cost")
        first = (dear or costs)[0]
        allowed = f", of {limits[first.pattern]:,.4g} allowed" if dear else ""
        return Finding(
            ruling=Ruling.BROKEN if dear else Ruling.HELD,
            because=f"{counted(len(costs), 'pattern')}; the dearest: {first.pattern}, "
            f"{first.usd_per_million:,.4g} USD per million requests{allowed}",
            measured={f"{each.pattern}_usd_per_million": each.usd_per_million for each in costs[:SHOWN]},
            evidence=listed(
                [
                    f"{each.pattern}: {each.usd_per_million:,.4g} USD per million requests "
                    f"({'; '.join(each.of)}; {each.requests:,} measured)"
                    for each in costs[:SHOWN]
                ],
                len(costs),
            ),
        )

    return judged
