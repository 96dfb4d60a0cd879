"""A page that was written, as a browser would take it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from drill.reporting import page
from drill.reporting.records import RunRecord
from tests.drill.reporting.synthetic import PHASES, history


class Reader(HTMLParser):
    """What a browser would take the page for: its elements, its words, its scripts."""

    def __init__(self, markup: str) -> None:
        """Read it all."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.words = ""
        self._inside = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        self.words += " "
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        """It ends."""
        if tag in {"script", "style"}:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        """Text: of a script, of a style, or for the reader."""
        if self._inside == "script":
            attributes, before = self.scripts[-1]
            self.scripts[-1] = (attributes, before + data)
        elif self._inside != "style":
            self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """Its words, with single blanks."""
        return " ".join(self.words.split())

    @property
    def figures(self) -> dict[str, Any]:
        """The figures of its charts, by name."""
        found: dict[str, Any] = json.loads(next(text for attributes, text in self.scripts if "id" in attributes))
        return found


def kept(folder: Path, name: str = "crash") -> Path:
    """The folder of an experiment whose time line was kept."""
    place = folder / "failover" / name
    place.mkdir(parents=True)
    page.keep(history(), PHASES, place, limit_ms=10)
    return place


def drawn(record: RunRecord, folder: Path, *earlier: RunRecord) -> Reader:
    """Write the page, and read it."""
    page.write(record, folder / "index.html", earlier=earlier)
    return Reader((folder / "index.html").read_text())
