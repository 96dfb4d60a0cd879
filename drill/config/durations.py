"""Durations as people write them, "1m30s" or "7d", and as we count them, 90.0 s; never a bare number."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo

SECONDS = {"d": Decimal(86400), "h": Decimal(3600), "m": Decimal(60), "s": Decimal(1), "ms": Decimal("0.001")}
"""Seconds in each unit, in the order in which they are written."""

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_WRITTEN = re.compile("".join(f"(?:(?P<{unit}>{_NUMBER}){unit}(?![a-z]))?" for unit in SECONDS))
_LONGEST_S = 10**9
_IN_SECONDS_UNTIL_S = 600


def parse_duration(text: str) -> float:
    """Seconds in "60s", "500ms", "2m" or "1m30s"; anything else is a ValueError that says what to write."""
    written = _WRITTEN.fullmatch(text.strip())
    parts = {unit: Decimal(number) for unit, number in written.groupdict().items() if number} if written else {}
    if not parts:
        bare = re.fullmatch(_NUMBER, text.strip())
        example = f'write "{text.strip()}s"' if bare else 'write it as "60s", "500ms", "2m" or "1m30s"'
        raise ValueError(f'"{text}" {"has no unit" if bare else "is no duration"}; {example}')
    total = sum((number * SECONDS[unit] for unit, number in parts.items()), Decimal(0))
    if total > _LONGEST_S:
        raise ValueError(f'"{text}" is longer than thirty years; write a shorter duration such as "60s"')
    return float(total)


def format_duration(seconds: float) -> str:
    """Spell seconds so that `parse_duration` gives back exactly them; below ten minutes in one unit only.

    A negative or infinite duration, or one beyond thirty years, is a ValueError.
    """
    if not 0 <= seconds <= _LONGEST_S:
        raise ValueError(f"{seconds} s is no duration")
    left = Decimal(repr(float(seconds)))
    if 0 < left < 1:
        return f"{_plain(left / SECONDS['ms'])}ms"
    if left < _IN_SECONDS_UNTIL_S:
        return f"{_plain(left)}s"
    spelled = ""
    for unit in ("h", "m"):
        whole, left = divmod(left, SECONDS[unit])
        spelled += f"{_plain(whole)}{unit}" if whole else ""
    return spelled + (f"{_plain(left)}s" if left else "")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _seconds(value: object, info: ValidationInfo) -> object:
    """Text is parsed; a bare number is seconds to Python code, and an error to whoever writes a file."""
    if isinstance(value, str):
        return parse_duration(value)
    if info.context is None:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f'{value} has no unit; write "{value}s"')  # noqa: TRY004 - pydantic collects these
    raise ValueError('no duration; write it in quotes with a unit, as in "60s"')


Duration = Annotated[float, BeforeValidator(_seconds), Field(ge=0, allow_inf_nan=False)]
"""A field in seconds. In a file it is text with a unit, and nothing else."""
