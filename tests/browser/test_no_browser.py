"""Where there is no browser, nothing passes, and one line says what to install."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PATH": "/nowhere"}, "install one (Debian and Ubuntu: apt-get install chromium"),
        ({"CHROMIUM": "/nowhere/chromium"}, "CHROMIUM=/nowhere/chromium: no such program"),
    ],
)
def test_without_a_browser_the_tests_end_and_say_what_to_install(environment: dict[str, str], said: str) -> None:
    """A run that tested nothing is none that passed."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/browser/test_page.py", "-k", "looks_broken"]
    inherited = {name: value for name, value in os.environ.items() if name != "CHROMIUM"}
    ended = subprocess.run(
        command, cwd=ROOT, env=inherited | environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == pytest.ExitCode.TESTS_FAILED
    assert sum(said in line for line in ended.stdout.splitlines()) == 1
    assert "Traceback" not in ended.stdout + ended.stderr
