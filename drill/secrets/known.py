"""The values themselves."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from drill.secrets.spelling import core_of, in_base64, spellings

MASK = "***"
SHORTEST = 6
"""Characters; what is shorter would mask half of every report, and protects nothing."""
TELLING = 16
"""Characters by which a part of a longer secret gives it away: a line of a key, an end that a cut text still shows."""


def know(*values: str | None) -> None:
    """Mask these values from now on, wherever a text is written; None and what is too short are passed over."""
    _known.know(*values)


def masked(text: str) -> str:
    """The text without any known value, in whatever spelling; the same text where there is none."""
    return _known.masked(text)


@dataclass(slots=True)
class Known:
    """Secrets with their spellings; may be told and asked from any thread."""

    _secrets: tuple[_Secret, ...] = field(default=(), repr=False)
    _values: set[str] = field(default_factory=set, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def know(self, *values: str | None) -> None:
        """Add values; one that is known already costs nothing."""
        for value in values:
            for each in _parts((value or "").strip()):
                self._add(each)

    def masked(self, text: str) -> str:
        """Replace every spelling of every secret by the mask."""
        for secret in self._secrets:
            text = secret.masked(text)
        return text

    def _add(self, value: str) -> None:
        with self._guard:
            if len(value) < SHORTEST or value in self._values or not re.search(r"\w", value):
                return
            self._values.add(value)
            # The longest first: one secret may be part of another, and what is left of that would still tell.
            self._secrets = tuple(sorted((*self._secrets, _Secret.of(value)), key=lambda each: -each.length))


_known = Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Secret:
    """One value; a text without its `core` holds none of its `written` spellings, and need not be searched for them."""

    length: int
    core: str = field(repr=False)
    written: tuple[str, ...] = field(repr=False)
    encoded: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, value: str) -> _Secret:
        return cls(
            length=len(value),
            core=core_of(value),
            written=_longest_first(spellings(value)),
            encoded=_longest_first(in_base64(value)),
        )

    def masked(self, text: str) -> str:
        if self.core in text:
            for each in self.written:
                text = text.replace(each, MASK)
        for each in self.encoded:
            text = text.replace(each, MASK)
        return text


def _parts(value: str) -> Iterator[str]:
    """The value, and what may stand of it alone: a line of a key, and an end of what was cut short."""
    yield value
    lines = value.splitlines()
    if len(lines) > 1:
        yield from (line.strip() for line in lines if len(line.strip()) >= TELLING)
    elif len(value) >= 2 * TELLING and "://" not in value:
        yield from (value[:TELLING], value[-TELLING:])


def _longest_first(texts: set[str]) -> tuple[str, ...]:
    return tuple(sorted(texts, key=lambda each: (-len(each), each)))
