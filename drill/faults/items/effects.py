"""What is seen of each fault by calls of our own: the fault's own effect, and no consequence of it.

    effect(peepholes) -> look        asked before the fault, so that it knows what was usual
    look()            -> words       what was seen; None: nothing yet

Where a fault hits a share of the calls, a look sees it sooner or later; who looks goes on until then.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence

from drill.faults.items.glimpse import Glimpse, Peephole

Look = Callable[[], str | None]
Effect = Callable[[Sequence[Peephole]], Look]

USUAL = 5
"""So many reads tell how long one takes."""
ENOUGH = 0.8
"""A delay is seen when a call took so much of it longer than usual."""
SILENT = frozenset({"ReadTimeoutError", "ConnectTimeoutError"})
CUT = frozenset({"ConnectionClosedError", "ConnectionError", "EndpointConnectionError", "HTTPClientError"})
"""botocore.exceptions, by name: nothing came in time; the connection was gone without an answer."""


def throttles(reason: str | None = None) -> Effect:
    """A call is refused for that reason; for any of DynamoDB's where none is named."""

    def seen(place: str, found: Glimpse) -> str | None:
        named = [each for each in found.reasons if reason in {None, each}]
        return f"a call to {place} is refused: {found.code}, {named[0]}" if named else None

    return _any(seen)


def fails() -> Effect:
    """A call is answered with InternalServerError."""

    def seen(place: str, found: Glimpse) -> str | None:
        return f"a call to {place} is answered with {found.code}" if found.code == "InternalServerError" else None

    return _any(seen)


def keeps_silent() -> Effect:
    """A call is not answered, and its connection stays open."""

    def seen(place: str, found: Glimpse) -> str | None:
        return f"a call to {place} gets no answer within {found.took_s:.1f} s" if found.code in SILENT else None

    return _any(seen)


def cuts() -> Effect:
    """A call loses its connection before it is answered."""

    def seen(place: str, found: Glimpse) -> str | None:
        return f"a call to {place} loses its connection: {found.code}" if found.code in CUT else None

    return _any(seen)


def slows(delay_ms: float) -> Effect:
    """A read takes longer than usual, by most of the delay."""

    def effect(peepholes: Sequence[Peephole]) -> Look:
        usual_s = [statistics.median(each.read().took_s for _ in range(USUAL)) for each in peepholes]

        def look() -> str | None:
            for each, before_s in zip(peepholes, usual_s, strict=True):
                found = each.read()
                if found.answered and found.took_s - before_s >= ENOUGH * delay_ms / 1000:
                    return (
                        f"a read of {each.table} takes {1000 * found.took_s:.0f} ms, usually {1000 * before_s:.0f} ms"
                    )
            return None

        return look

    return effect


def _any(seen: Callable[[str, Glimpse], str | None]) -> Effect:
    """The first call of any kind to any of the tables that shows it."""

    def effect(peepholes: Sequence[Peephole]) -> Look:
        def look() -> str | None:
            return next((words for words in _words(peepholes) if words is not None), None)

        return look

    def _words(peepholes: Sequence[Peephole]) -> Iterator[str | None]:
        for each in peepholes:
            for call in each.calls():
                yield seen(each.table, call())

    return effect
