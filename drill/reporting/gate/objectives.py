"""What a run was judged by, against what is demanded of it: every objective is an upper bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drill.config.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def looser(judged_by: Mapping[str, str], demanded: Mapping[str, str]) -> Iterator[str]:
    """Say by which objectives a run was judged less strictly than is demanded, or by none; stricter is fine.

    Both are spelled as in drill.toml. What cannot be understood is no objective.
    """
    for name, most in demanded.items():
        stated = judged_by.get(name)
        if _within(stated, most):
            continue
        by = f"an objective of {stated}" if stated is not None else "no such objective"
        yield f"{name}: the run was judged by {by}, and {most} is demanded; run the suite by what drill.toml demands"


def _within(stated: object, most: str) -> bool:
    try:
        return parse_duration(str(stated)) <= parse_duration(most)
    except ValueError:
        return False
