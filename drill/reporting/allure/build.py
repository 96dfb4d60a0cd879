"""The Allure report of the newest run, with the trend of those before it; made by npm's allure, without a network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drill.errors import ConfigError
from drill.reporting.allure import history, results

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 600.0
"""A report of thousands of promises, on a machine that measures something else."""

_ANALYTICS = re.compile(
    r'<script async src="https://www\.googletagmanager\.com/[^"]*"></script>\s*<script>.*?</script>', re.DOTALL
)
"""Allure's pages tell Google whenever one is opened; a report of failures is nobody else's business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Makes reports below `home`, with the program installed in `tools` and the settings of `settings`."""

    home: Path
    tools: Path
    settings: Path

    @property
    def reports(self) -> Path:
        """Where everything lies."""
        return self.home / "reports"

    @property
    def memory(self) -> Path:
        """What Allure remembers; allurerc.mjs names the same file."""
        return self.reports / "allure-history.jsonl"

    def build(self) -> Path:
        """Make the report anew, and the page to open; a ConfigError says what is missing.

        Earlier runs of which no report was ever made get their place in the trend first.
        """
        newest, report = self.reports / "allure-results", self.reports / "allure-report"
        if not any(newest.glob("*-result.json")):
            raise ConfigError(f"{newest}: no results: no suite has been run here; run one first, as by: make failover")
        draft = self.reports / ".allure-report"
        try:
            for folder in results.earlier(self.reports):
                if _titled(folder.name) not in history.names(self.memory):
                    self._generate(folder, draft, _titled(folder.name))
                shutil.rmtree(folder)
            self._generate(newest, draft, _titled(results.run_of(newest)))
            shutil.rmtree(report, ignore_errors=True)
            draft.replace(report)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return report / "index.html"

    def _generate(self, folder: Path, output: Path, name: str) -> None:
        shutil.rmtree(output, ignore_errors=True)
        history.forget(self.memory, name)
        told = ["--config", str(self.settings), "--output", str(output), "--report-name", name]
        try:
            done = subprocess.run(
                [self._node(), str(self._program()), "generate", str(folder), *told],
                cwd=self.home,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ConfigError(f"{folder}: allure: made no report within {PATIENCE_S:g} s; run it again") from error
        page = output / "index.html"
        if done.returncode or not page.is_file():
            said = " ".join((done.stderr or done.stdout).split())[-500:] or f"exit code {done.returncode}"
            raise ConfigError(f"{folder}: allure: made no report of it: {said}")
        _silence(page)
        history.date(self.memory, name, _ended_ms(folder))

    def _node(self) -> str:
        found = shutil.which("node")
        if found is None:
            raise ConfigError("node: is not on the PATH; install Node.js 20 or newer (apt-get install nodejs npm)")
        return found

    def _program(self) -> Path:
        program = self.tools / "node_modules" / "allure" / "cli.js"
        if not program.is_file():
            raise ConfigError(f"{program}: allure: is not installed; install it by: make report")
        return program


def _titled(run: str | None) -> str:
    return f"drill {run}" if run else "drill"


def _silence(page: Path) -> None:
    """Keep the page from asking anything of anybody; one that would all the same is no report of ours."""
    text = _ANALYTICS.sub("", page.read_text("utf-8"))
    if "googletagmanager" in text:
        page.unlink()
        raise ConfigError(f"{page}: allure: its pages call Google in a way that we do not know; use the version we pin")
    page.write_text(text, "utf-8")


def _ended_ms(folder: Path) -> int:
    """When the last of its tests ended."""
    told = (json.loads(path.read_text("utf-8")).get("stop") for path in folder.glob("*-result.json"))
    return max((int(each) for each in told if each), default=0)
