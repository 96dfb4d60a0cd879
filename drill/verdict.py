"""What was found about one promise: a ruling, the reason in words, and the figures it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from drill.errors import Undecided
from drill.history import History


class Ruling(StrEnum):
    """HELD, BROKEN or UNDECIDED; no evidence is never HELD."""

    HELD = "held"
    UNDECIDED = "undecided"
    BROKEN = "broken"


def gravest(rulings: Iterable[Ruling]) -> Ruling:
    """Broken before undecided before held; of nothing at all: undecided, since no evidence is no pass."""
    found = set(rulings)
    for ruling in (Ruling.BROKEN, Ruling.UNDECIDED, Ruling.HELD):
        if ruling in found:
            return ruling
    return Ruling.UNDECIDED


Figure = float | int | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Verdict:
    """One promise, judged once.

    `measured` maps a name that carries its unit to its figure (None: could not be measured); `evidence`
    lists single findings, a line each, cut off by the check that found them.
    """

    name: str
    ruling: Ruling
    because: str
    objective: str | None = None
    measured: Mapping[str, Figure] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Held or not, so that `assert judge(...)` reads as it is meant; undecided is neither, and raises."""
        if self.ruling is Ruling.UNDECIDED:
            raise Undecided(f"{self.name}: undecided, {self.because}")
        return self.ruling is Ruling.HELD

    def __repr__(self) -> str:
        """What pytest shows behind `assert`."""
        return "\n  ".join((f"{self.name}: {self.ruling}, {self.because}", *self.evidence))


Check = Callable[[History], Verdict]
"""A promise, as a pure function of the evidence. `check.__name__` names the promise."""


def judge(check: Check, history: History) -> Verdict:
    """Apply a check; one that crashes is undecided, never a pass, and so is any on a history that is not whole."""
    name = getattr(check, "__name__", "check")
    if not history.is_whole:
        because = "the experiment ended before its time, and not everything was seen"
        return Verdict(name=name, ruling=Ruling.UNDECIDED, because=because)
    try:
        return check(history)
    except Exception as error:  # noqa: BLE001 - whatever a check trips over, its promise is undecided
        because = f"the check itself failed: {type(error).__name__}: {error}"
        return Verdict(name=name, ruling=Ruling.UNDECIDED, because=because)
