"""The picture of a report that stands in the README: `python -m tests.browser.screenshot [RUN] [PICTURE]`.

RUN is a run's folder, reports/latest where none is named; PICTURE is docs/report.png. It shows the head, the
experiments, and the first of them with its time line.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, program

WIDTH = 940
ROOM = 24
"""Below the time line, in pixels."""


def take(report: Path, picture: Path) -> None:
    """Open a page, wait for its first time line, and keep what is seen down to it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": WIDTH, "height": 2400})
        page.goto(report.absolute().as_uri())
        plot = page.locator('[data-chart^="timeline-"]').first
        plot.locator(".main-svg").first.wait_for()
        box = plot.bounding_box()
        bottom = box["y"] + box["height"] + ROOM if box else 2400
        page.screenshot(path=picture, clip={"x": 0, "y": 0, "width": WIDTH, "height": min(bottom, 2400)})
        browser.close()


def main(arguments: list[str]) -> int:
    """Take it, or say what is missing."""
    run, picture = (*map(Path, arguments), *(Path("reports/latest"), Path("docs/report.png"))[len(arguments) :])
    if not (run / "index.html").is_file():
        sys.stderr.write(f"{run}/index.html: no such page; run `make failover` first, or name a run's folder\n")
        return 4
    take(run / "index.html", picture)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
