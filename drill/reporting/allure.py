"""What Allure shows beside a promise; without `--alluredir` each of these does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import allure

from drill.reporting.secrets import redact

if TYPE_CHECKING:
    from pathlib import Path

    from drill.verdict import Verdict

Severity = Literal["blocker", "critical", "normal", "minor", "trivial"]


def attach_drawing(path: Path) -> None:
    """Show a drawing of an experiment under its name; one that was never drawn is left out."""
    if path.is_file():
        allure.attach.file(str(path), name=path.stem, attachment_type=allure.attachment_type.SVG)


def attach_verdict(verdict: Verdict) -> None:
    """Show a ruling, its reason, its figures and its evidence as text."""
    figures = (f"{name} = {'not measured' if value is None else value}" for name, value in verdict.measured.items())
    text = "\n".join((str(verdict), f"objective: {verdict.objective or 'none'}", *figures))
    allure.attach(redact(text), name=f"verdict: {verdict.name}", attachment_type=allure.attachment_type.TEXT)


def label(*, epic: str, feature: str, story: str, severity: Severity = "normal") -> None:
    """File the running test: the requirement's phase, its scenario, the fault, and how grave a failure is."""
    allure.dynamic.epic(epic)
    allure.dynamic.feature(feature)
    allure.dynamic.story(story)
    allure.dynamic.severity(severity)
