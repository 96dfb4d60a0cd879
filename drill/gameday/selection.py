"""Whether a game day's words select anything: a slip in a scenario's name is found before people are told."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE_S = 120.0
"""Collecting takes some seconds; on a machine that has other work, more."""


def lacking(words: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> str:
    """Why the command of a run would run nothing, in pytest's own words; empty where it would. Breaks nothing."""
    try:
        done = subprocess.run(
            [*words, "--collect-only", "-q"],
            cwd=cwd,
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"pytest has not said within {PATIENCE_S:g} s what it would run"
    if done.returncode == 0:
        return ""
    said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return f"its scenarios select nothing that can be run ({said[-1] if said else done.returncode})"
