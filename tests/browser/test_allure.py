"""Allure's report of two runs, as `make report` makes it, opened from the disk as a reader would."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.fixtures.conftest import ROOT
from tests.fixtures.pretending import SECRETS, Pretended

pytestmark = pytest.mark.browser

ALLURE = ROOT / ".allure"
LOST = "No acknowledged write is lost: crash of the writer"
OFFLINE = ("unshare", "--user", "--map-root-user", "--net")
"""What runs a program with no network but a loopback that is down."""


def make_report(home: Path, *before: str) -> Path:
    """Make it of what lies below `home`."""
    command = [sys.executable, "-m", "drill.reporting.allure", f"--home={home}", f"--tools={ALLURE}"]
    done = subprocess.run([*before, *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page after two runs: in the second one writes are lost."""
    if not (ALLURE / "node_modules").is_dir():
        pytest.fail(f"{ALLURE}: npm's allure is not installed; make test-report and make report do so", pytrace=False)
    pretended = Pretended(home=tmp_path_factory.mktemp("reported"))
    pretended.run(LOST="0")
    make_report(pretended.home)
    pretended.run(LOST="2")
    return make_report(pretended.home)


@pytest.fixture
def page(report: Path, visitor: Visitor) -> Page:
    """The page, opened; the test fails if it asks anything of anybody."""
    return visitor.open(report)


def test_experiments_and_their_promises_are_found(page: Page) -> None:
    """By service, scenario and fault; in words."""
    for words in ("Aurora PostgreSQL", "Failover", "crash of the writer", "zone loss", "frozen writer", LOST):
        expect(page.get_by_text(words, exact=True).first).to_be_visible()
    expect(page.get_by_text("simulated by the lab")).to_be_visible()


def test_stages_are_steps_and_evidence_is_attached(page: Page) -> None:
    """The timeline is drawn and the tally is a table, as soon as somebody wants to see them."""
    page.get_by_text(LOST, exact=True).click()
    expect(page.get_by_text("2 of 41,207 are lost").first).to_be_visible()
    page.get_by_text("experiment: crash of the writer").click()
    for stage in ("steady state", "injecting", "under the fault", "healing", "awaiting redundancy"):
        expect(page.get_by_text(stage, exact=True)).to_be_visible()
    page.get_by_text("evidence: crash of the writer").click()
    page.get_by_text("timeline", exact=True).click()
    drawing = page.locator("img[src^='data:image/svg'], img[src^='blob:'], svg[width='720pt']").first
    expect(drawing).to_be_visible()
    page.get_by_text("history: how operations ended").click()
    expect(page.get_by_role("cell", name="refused").first).to_be_visible()
    page.get_by_text("log of the server: server.log").click()
    expect(page.get_by_text("database system was shut down")).to_be_visible()


def test_a_promise_shows_what_became_of_it_before(page: Page) -> None:
    """It is the same promise in both runs."""
    page.get_by_text(LOST, exact=True).click()
    page.get_by_text("History", exact=False).first.click()
    expect(page.get_by_text("No history")).to_have_count(0)
    expect(page.locator("[data-testid='test-result-history-item']")).to_have_count(1)


def test_runs_have_a_trend(report: Path, visitor: Visitor) -> None:
    """The one before, and the latest; and what changed between them."""
    page = visitor.open(f"{report.as_uri()}#charts")
    expect(page.get_by_text("Promises over the last runs")).to_be_visible()
    expect(page.get_by_text("What changed from run to run")).to_be_visible()
    expect(page.get_by_text("Latest", exact=True).first).to_be_visible()
    runs = page.locator("text", has_text=re.compile(r"^\d+/\d+/\d{4}$"))
    expect(runs.first).to_be_visible()


def test_failures_are_sorted_by_whose_fault_they_are(report: Path, visitor: Visitor) -> None:
    """The database's, ours, and what the target cannot do."""
    page = visitor.open(report)
    page.get_by_text("Categories", exact=False).first.click()
    for words in ("The database's fault", "Our fault", "Refused"):
        expect(page.get_by_text(words).first).to_be_visible()


def test_no_secret_is_in_the_page_or_in_what_allure_remembers(report: Path) -> None:
    """Nor in what it carries encoded."""
    text = report.read_text("utf-8")
    carried = [base64.b64decode(each) for each in re.findall(r'd\("[^"]+","([A-Za-z0-9+/=]*)"\)', text)]
    assert any(b"41,207 are lost" in each for each in carried)
    remembered = (report.parents[1] / "allure-history.jsonl").read_bytes()
    for secret in SECRETS:
        assert not any(secret.encode() in each for each in (text.encode(), remembered, *carried)), secret


def test_it_is_made_without_a_network(report: Path) -> None:
    """In a network of its own, with nobody in it."""
    if shutil.which(OFFLINE[0]) is None or subprocess.run([*OFFLINE, "true"], check=False).returncode:
        pytest.skip("this machine lets nobody be without a network: it has no unshare, or allows no user namespaces")
    assert make_report(report.parents[2], *OFFLINE) == report
