"""What axe finds wrong with a page (WCAG 2.2 A and AA, and its own best practices), a line each."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def violations(page: Page) -> list[str]:
    """Each rule that is broken, and where; what axe cannot decide by itself is none."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']} ({each['help']}): {node['html'][:200]}" for each in found for node in each["nodes"]]
