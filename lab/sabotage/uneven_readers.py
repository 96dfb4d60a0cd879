"""The reader endpoint leads to the first reader nineteen times in twenty."""

from __future__ import annotations

from lab.sabotage.none import Sabotage

TIMES = 18


def _favouring_one(readers: list[str], _: str | None) -> list[str]:
    return [*readers[:1] * TIMES, *readers]


SABOTAGE = Sabotage(name="uneven-readers", reader_endpoint=_favouring_one)
