"""A figure's name and its amount apart, for columns of their own."""

from __future__ import annotations

from drill.reporting.figures import measurement
from drill.verdict import Figure

_NONE = " not measured"


def words(figure: str) -> str:
    """The name without its unit: "recovery_time_s" -> "recovery time"."""
    return measurement(figure, None).removesuffix(_NONE)


def amount(figure: str, value: Figure) -> str:
    """The figure with its unit: "2.58 s"; "not measured" where it was not."""
    return measurement(figure, value).removeprefix(words(figure)).strip()
