"""Markup, style, script and data put into one file that asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from drill.reporting.figures import seconds, span
from drill.reporting.files import write_atomically
from drill.reporting.page import runs
from drill.reporting.page.spelling import amount, words
from drill.reporting.page.views import Section, executed_in_words, sections
from drill.reporting.provenance import briefly, provenance
from drill.reporting.records import RunRecord
from drill.reporting.requirements import Result, findings
from drill.reporting.secrets import redact

MARKS = {
    "held": "\N{CHECK MARK}",
    "broken": "\N{MULTIPLICATION X}",
    "undecided": "?",
    "skipped": "\N{EN DASH}",
}
"""Before the word, so that a ruling is seen without its colour."""


def write(run: RunRecord, path: Path, *, earlier: Sequence[RunRecord] = ()) -> None:
    """Write the page in one step; its links are relative, the folder can move.

    `earlier` are runs to compare with, of whatever target: those of another one are left out.
    """
    write_atomically(path, render(run, path.parent, earlier=earlier))


def render(run: RunRecord, folder: Path, *, earlier: Sequence[RunRecord] = ()) -> str:
    """The page as text, as it would stand in `folder`, where the experiments' evidence is looked for."""
    comparable = runs.before(run, earlier)
    shown = sections(run, folder, comparable)
    plotly, page = _library(), _template_text("page.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            run=run,
            sections=shown,
            executed=[each for each in shown if each.record.skipped is None],
            executed_in_words=executed_in_words(shown),
            promises=[each.verdict for section in shown for each in section.promises],
            findings=findings(run),
            not_run=Result.NOT_RUN,
            numbers={id(record): number for number, record in enumerate(run.experiments, 1)},
            provenance=provenance(run),
            provenance_briefly=briefly(run),
            previous=comparable[-1] if comparable else None,
            previous_link=_link(comparable[-1], folder) if comparable else None,
            data=Markup(_embedded(_figures(shown))),  # noqa: S704 - _embedded leaves no markup in it
            style=Markup(_template_text("page.css")),  # noqa: S704 - our own
            plotly=plotly,
            script=Markup(page),  # noqa: S704 - our own
            policy=_policy(str(plotly), page),
            drawn_by=f"drill {version('drill')}",
        )
    )


def _figures(shown: Sequence[Section]) -> dict[str, Any]:
    return {chart.name: chart.figure for section in shown for chart in section.charts}


def _link(previous: RunRecord, folder: Path) -> str | None:
    """The previous run's page, where it stands beside this one."""
    there = folder.parent / previous.name / "index.html"
    return f"../{previous.name}/index.html" if previous.name and there.is_file() else None


def _policy(*scripts: str) -> str:
    """Only these scripts run, nothing is loaded and nothing sent; plotly writes its own styles."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _embedded(document: Mapping[str, Any]) -> str:
    """JSON that can stand inside a script element: no text in it ends the element or begins another."""
    text = json.dumps(_clean(document), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _clean(value: Any) -> Any:
    """Mask what must stay secret in every text, and drop every figure that is no number, however deep they lie."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    return value


def _printed(value: Any) -> Any:
    """What the template prints, masked before it is escaped; what we wrote ourselves is left alone."""
    return redact(str(value)) if not isinstance(value, Markup) else value


@cache
def _library() -> Markup:
    """plotly.js, whole, as the Python package brings it."""
    from plotly.offline import get_plotlyjs

    return Markup(get_plotlyjs())  # noqa: S704 - made to be embedded


@cache
def _template_text(name: str) -> str:
    loader = PackageLoader("drill.reporting.page")
    return loader.get_source(_environment(), name)[0]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("drill.reporting.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printed,
    )
    environment.filters |= {"seconds": seconds, "span": span, "words": words, "amount": lambda each: amount(*each)}
    environment.filters["said"] = lambda name: str(name).replace("_", " ")
    environment.globals |= {"id": id, "mark": MARKS}
    return environment
