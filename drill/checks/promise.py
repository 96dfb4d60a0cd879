"""What every promise shares: a fault that did nothing proves nothing, whatever the promise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps

from drill.checks.moments import Moments
from drill.checks.words import allowed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Figure, Ruling, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict before it has a name: what `promise` wants from the function it wraps."""

    ruling: Ruling
    because: str
    measured: Mapping[str, Figure] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()


def promise(
    name: str, *, limit_s: float | None = None, objective: str | None = None
) -> Callable[[Callable[[History, Moments], Finding]], Check]:
    """Make a Check of a function that judges a history whose fault had a confirmed effect.

    Without that effect, and whenever the function raises `Undecided`, the verdict is UNDECIDED with that
    reason. Other errors pass through; `drill.verdict.judge` makes them UNDECIDED, too. An objective that is no
    time limit is given in words.
    """

    def named(judgement: Callable[[History, Moments], Finding]) -> Check:
        asked = objective if limit_s is None else allowed(limit_s)
        return observation(name, objective=asked)(_after_its_effect(judgement))

    return named


def observation(name: str, *, objective: str | None = None) -> Callable[[Callable[[History], Finding]], Check]:
    """Make a Check of a function that judges what was seen without any fault; otherwise as `promise`."""

    def named(judgement: Callable[[History], Finding]) -> Check:
        def check(history: History) -> Verdict:
            try:
                found = judgement(history)
            except Undecided as reason:
                found = Finding(ruling=Ruling.UNDECIDED, because=str(reason))
            return Verdict(
                name=name,
                ruling=found.ruling,
                because=found.because,
                objective=objective,
                measured=found.measured,
                evidence=found.evidence,
            )

        check.__name__ = check.__qualname__ = name
        check.__doc__ = judgement.__doc__
        return check

    return named


def _after_its_effect(judgement: Callable[[History, Moments], Finding]) -> Callable[[History], Finding]:
    @wraps(judgement)
    def judged(history: History) -> Finding:
        return judgement(history, Moments.of(history))

    return judged


def within(duration_ns: int, resolution_ns: int, limit_s: float) -> Ruling:
    """Held or broken only if the limit lies outside what the duration is known to, give or take."""
    limit_ns = limit_s * 1_000_000_000
    if duration_ns + resolution_ns <= limit_ns:
        return Ruling.HELD
    if duration_ns - resolution_ns > limit_ns:
        return Ruling.BROKEN
    return Ruling.UNDECIDED
