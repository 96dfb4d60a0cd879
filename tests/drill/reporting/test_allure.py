"""What Allure is shown; the plugin that listens is a real one, registered for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import allure_commons
import pytest

from drill.reporting import allure
from tests.drill.reporting.synthetic import survived


class Listener:
    """Remembers what was attached and labelled."""

    def __init__(self) -> None:
        self.attached: dict[str, Any] = {}
        self.labels: dict[str, Any] = {}

    @allure_commons.hookimpl
    def attach_data(self, body: str, name: str, attachment_type: Any, extension: str) -> None:
        """Remember a text."""
        del attachment_type, extension
        self.attached[name] = body

    @allure_commons.hookimpl
    def attach_file(self, source: str, name: str, attachment_type: Any, extension: str) -> None:
        """Remember a file."""
        del extension
        self.attached[name] = (source, attachment_type.mime_type)

    @allure_commons.hookimpl
    def add_label(self, label_type: Any, labels: tuple[Any, ...]) -> None:
        """Remember labels."""
        self.labels[str(getattr(label_type, "value", label_type))] = [
            str(getattr(each, "value", each)) for each in labels
        ]


@pytest.fixture
def listener() -> Iterator[Listener]:
    """An Allure that is active for one test."""
    listening = Listener()
    allure_commons.plugin_manager.register(listening)
    yield listening
    allure_commons.plugin_manager.unregister(listening)


def test_a_timeline_is_attached_as_svg_if_there_is_one(listener: Listener, tmp_path: Path) -> None:
    """A drawing that was never made is left out."""
    allure.attach_drawing(tmp_path / "timeline.svg")
    assert listener.attached == {}
    (tmp_path / "timeline.svg").write_text("<svg/>")
    allure.attach_drawing(tmp_path / "timeline.svg")
    assert listener.attached == {"timeline": (str(tmp_path / "timeline.svg"), "image/svg+xml")}


def test_a_verdict_is_attached_with_figures_and_findings(listener: Listener) -> None:
    """Ruling, reason, evidence, objective and what was measured."""
    allure.attach_verdict(survived(1))
    assert listener.attached["verdict: every_acknowledged_write_survives"] == (
        "every_acknowledged_write_survives: broken, 1 of 41,207 are lost\n"
        "  stream 0: value 0 is absent\n"
        "objective: none\n"
        "lost_writes = 1"
    )


def test_labels_are_set_on_the_running_test(listener: Listener) -> None:
    """Epic, feature, story and severity."""
    allure.label(epic="Phase 4", feature="failover", story="crash", severity="critical")
    assert listener.labels == {
        "epic": ["Phase 4"],
        "feature": ["failover"],
        "story": ["crash"],
        "severity": ["critical"],
    }


def test_without_allure_nothing_happens(tmp_path: Path) -> None:
    """No listener, no error."""
    allure.attach_drawing(tmp_path)
    allure.attach_verdict(survived(0))
    allure.label(epic="e", feature="f", story="s")
