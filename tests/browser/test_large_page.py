"""A page of ten experiments of a million operations each opens in less than two seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Visitor
from tests.browser.pages import large_run

pytestmark = pytest.mark.browser

EXPERIMENTS, OPERATIONS = 10, 1_000_000
LIMIT_MS, OPENINGS = 2_000, 12
MOST_BYTES = 7_000_000  # 4.8 MB of them are plotly.js

NOTE_THE_FIRST = """
new MutationObserver((_, observer) => {
  if (!document.querySelector('[data-chart^="timeline-"] .scatterlayer .trace')) return;
  window.drawnAfterMs = performance.now();
  observer.disconnect();
}).observe(document, {subtree: true, childList: true});
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Aggregated when it was kept; the page holds some hundred slices of each."""
    return large_run(tmp_path_factory.mktemp("large"), experiments=EXPERIMENTS, operations=OPERATIONS)


def test_its_size_is_bounded(report: Path) -> None:
    """By slices, whatever was counted."""
    assert report.stat().st_size < MOST_BYTES


def test_it_opens_in_time(visitor: Visitor, report: Path) -> None:
    """From the navigation's beginning, by the page's own clock, until the first time line is drawn.

    It is opened again, each time in a profile of its own with empty caches, until it was fast once: whatever else the
    machine does can only make it slower.
    """
    took_ms: list[float] = []
    while len(took_ms) < OPENINGS and min(took_ms, default=LIMIT_MS) >= LIMIT_MS:
        page = visitor.open("about:blank")
        page.context.add_init_script(NOTE_THE_FIRST)
        page.context.unroute_all()
        page.goto(f"{report.as_uri()}#experiment-1")
        page.wait_for_function("window.drawnAfterMs")
        took_ms.append(page.evaluate("window.drawnAfterMs"))
        page.context.close()
    assert min(took_ms) < LIMIT_MS, took_ms
