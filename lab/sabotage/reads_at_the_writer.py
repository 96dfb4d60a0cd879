"""The reader endpoint leads to the writer, too, although there are readers."""

from __future__ import annotations

from lab.sabotage.none import Sabotage


def _with_the_writer(readers: list[str], writer: str | None) -> list[str]:
    return sorted({*readers, *([writer] if writer else [])})


SABOTAGE = Sabotage(name="reads-at-the-writer", reader_endpoint=_with_the_writer)
