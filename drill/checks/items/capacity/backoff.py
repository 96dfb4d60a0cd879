"""Whether a client that was refused waits longer each time, and not as long as all the others.

    call x           call x                      call
         |- gap 1 ---|    |------- gap 2 --------|

Full jitter draws each wait between nothing and a bound that doubles (AWS Architecture Blog, "Exponential Backoff And
Jitter"): medians then double, and half of the waits spread over as much as the median itself. Waits that all are alike
spread by what a busy machine adds to them.
"""

from dataclasses import dataclass
from math import sqrt

import polars as pl

from drill.checks.items.calls import hindered, repeats, sent
from drill.checks.load.arrivals import ENOUGH
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import counted
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Figure, Ruling

SPREAD = 0.2
"""The middle half of the first waits must spread over this share of their median; equal jitter has a third."""

GROWTH = 1.3
"""Later waits are longer than the first by this factor at least, by their medians; doubled ones have 2 and more."""

LOOKED_AT = 3
"""So many waits of a request are told of one by one; it has fewer long ones than short ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long requests waited before one of their repeats: how many did, and the quartiles in ms."""

    number: int
    lower_ms: float
    median_ms: float
    upper_ms: float

    @property
    def spread(self) -> float:
        """The middle half of them, by the median; none where nobody waits."""
        return (self.upper_ms - self.lower_ms) / self.median_ms if self.median_ms else 0.0


def backs_off_with_jitter(least_ms: float = 5.0) -> Check:
    """Who was refused waits `least_ms` by the median before the first repeat, longer before later ones, and at random.

    Judged are the waits of all requests after calls that failed or were done in part while the fault lasted; a repeat
    sent before the call before it ended is one that did not wait. It says nothing of how often is tried. Undecided
    where too few requests repeated anything to tell.
    """

    @promise("backs_off_with_jitter", objective=f"{least_ms:g} ms at first, growing, at random")
    def judged(history: History, moments: Moments) -> Finding:
        hindered(history, moments)
        under = Stretch.under(history, moments)
        again = repeats(sent(history))
        seen = under.of(again.with_columns(pl.col("after_ns").fill_null(pl.col("sent_ns"))), "after_ns")
        waits = {number: _waits(seen, pl.col("number") == number) for number in range(1, LOOKED_AT + 1)}
        first, later = waits[1], _waits(seen, pl.col("number") > 1)
        if first.number < ENOUGH:
            raise Undecided(f"{counted(first.number, 'request')} tried again during the fault, of {ENOUGH} needed")
        told = ", ".join(f"{each.median_ms:,.0f} ms" for each in waits.values() if each.number)
        wrong = []
        if first.median_ms < least_ms:
            wrong.append(f"half of the first repeats came within {first.median_ms:.1f} ms")
        elif first.spread < SPREAD:
            wrong.append(
                f"the first waits are all alike: half of them between {first.lower_ms:.1f} and {first.upper_ms:.1f} ms"
            )
        grows = _grows(first, later)
        if grows is Ruling.BROKEN:
            wrong.append("they do not grow")
        if not wrong and grows is Ruling.UNDECIDED:
            raise Undecided(
                f"{counted(first.number, 'request')} tried again, with {later.number:,} later repeats: too few, or too "
                f"much alike, to say that waits grow (medians {told})"
            )
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{'; '.join(wrong)} (medians of the waits: {told})"
            if wrong
            else f"medians of the waits before each repeat: {told}; the first spread over {first.spread:.0%} of theirs",
            measured=_measured(waits),
            evidence=tuple(
                f"repeat {number}: {each.number:,} waits, quartiles {each.lower_ms:,.1f}, {each.median_ms:,.1f}, "
                f"{each.upper_ms:,.1f} ms"
                for number, each in waits.items()
                if each.number
            ),
        )

    return judged


def _waits(again: pl.DataFrame, which: pl.Expr) -> Waits:
    gaps = again.filter(which)["gap_ms"]
    quarters = [float(gaps.quantile(part, "linear") or 0.0) for part in (0.25, 0.5, 0.75)]
    return Waits(number=len(gaps), lower_ms=quarters[0], median_ms=quarters[1], upper_ms=quarters[2])


def _grows(first: Waits, later: Waits) -> Ruling:
    """Of a uniform draw the median of n is known to one part in sqrt(n); twice that is what chance may make of it."""
    if later.number < ENOUGH or not first.median_ms:
        return Ruling.UNDECIDED
    ratio = later.median_ms / first.median_ms
    if ratio >= GROWTH:
        return Ruling.HELD
    chance = 2 * sqrt(1 / first.number + 1 / later.number)
    return Ruling.BROKEN if ratio * (1 + chance) < GROWTH else Ruling.UNDECIDED


def _measured(waits: dict[int, Waits]) -> dict[str, Figure]:
    found: dict[str, Figure] = {f"wait_{number}_ms": each.median_ms for number, each in waits.items() if each.number}
    return found | {"first_waits": waits[1].number, "first_spread_pct": 100 * waits[1].spread}
