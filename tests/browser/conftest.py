"""A real browser, Debian's own, that opens what a run leaves behind and hears every complaint about it.

CHROMIUM names another one. Without any, the tests end with what to install: they never pass by being skipped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    f"no browser: {', '.join(PROGRAMS)} are not on the PATH; install one (Debian and Ubuntu: apt-get install chromium; "
    "Fedora: dnf install chromium; macOS: brew install --cask chromium), or name one: CHROMIUM=/path/to/it"
)
ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # root has none, and what is opened here is our own
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
DESKTOP, PHONE = 1280, 375
"""Widths in pixels; a phone's is the narrowest at which a page must be readable."""


def program() -> str:
    """Where the browser lies; without one the whole run of tests ends here, and not well."""
    named = os.environ.get("CHROMIUM")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        pytest.exit(f"CHROMIUM={named}: no such program" if named else MISSING, returncode=pytest.ExitCode.TESTS_FAILED)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One process for all tests; each gets a profile of its own."""
    executable = program()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield started
        started.close()


@dataclass(slots=True, kw_only=True)
class Visitor:
    """Opens pages; `complaints` are errors on the console and whatever was asked of anybody but the page's own place.

    A file must bring everything with it: nothing but itself is loaded. Of a page that a `server` of the test's own
    serves, all may come from there. Any other request is recorded, and never leaves.
    """

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, place: Path | str, *, width: int = DESKTOP, server: str | None = None, **context: Any) -> Page:
        """Open a file, or an address on the server, in a window of that width."""
        address = place.absolute().as_uri() if isinstance(place, Path) else place
        own = self.browser.new_context(viewport={"width": width, "height": 900}, **context)
        self.contexts.append(own)

        def allow(route: Route) -> None:
            asked = route.request.url
            if asked.partition("#")[0] == address.partition("#")[0] or (server and asked.startswith(server)):
                route.continue_()
            else:
                self.complaints.append(f"request: {asked}")
                route.abort()

        own.route("**/*", allow)
        page = own.new_page()
        page.on("console", lambda said: self.complaints.append(f"console: {said.text}") if _is_bad(said.type) else None)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.goto(address, wait_until="load")
        return page


def _is_bad(kind: str) -> bool:
    return kind in {"error", "warning", "assert"}


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Opens pages for a test, which fails if any of them complained; one that expects it empties the list."""
    visiting = Visitor(browser=browser)
    yield visiting
    for context in visiting.contexts:
        context.close()
    if visiting.complaints:
        pytest.fail("the page complained:\n" + "\n".join(dict.fromkeys(visiting.complaints)), pytrace=False)
