"""Every defective lab turns the failover suite red, on the promise that it breaks, for the right reason."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sabotage
ROOT = Path(__file__).resolve().parents[2]
MANAGED = "managed-failover and not named"

COUNTED = {
    "every_acknowledged_write_survives": "lost_writes",
    "no_refused_write_appears": "resurrected_writes",
    "no_write_is_applied_twice": "duplicate_writes",
    "one_writer_at_a_time": "split_brain_writes",
}

DEFECTS = [
    ("lossy-replication", "zone-loss", "every_acknowledged_write_survives", r"[\d,]+ known writes? lost"),
    ("slow-promotion", MANAGED, "recovered_within", r"wrote again after 1\d\.\d+ s, of 10 s allowed"),
    ("never-promotes", "writer-crash", "recovered_within", r"16 of 16 clients never wrote again"),
    ("never-promotes", MANAGED, "what_was_asked_for_happens", r"what was asked for did not happen"),
    ("stale-endpoint", MANAGED, "control_plane_agrees", r"stale writer \(25006\)"),
    ("stale-readers", MANAGED, "readers_stay_fresh", r"of 1 s allowed"),
    ("two-writers", MANAGED, "one_writer_at_a_time", r"acknowledged by \S+ beside the writer"),
    ("double-apply", MANAGED, "no_write_is_applied_twice", r"there more than once"),
    ("false-refusal", MANAGED, "no_refused_write_appears", r"refused writes appeared"),
    ("no-rejoin", MANAGED, "redundancy_restored", r"did not come back"),
]


@pytest.mark.parametrize(
    ("defect", "fault", "promise", "because"), DEFECTS, ids=[f"{each[0]}-{each[2]}" for each in DEFECTS]
)
def test_a_defect_is_noticed(defect, fault, promise, because, tmp_path):
    """The run exits 1, and summary.json says broken, not undecided, on the promise that the defect breaks."""
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-m", "failover", "-k", fault, "--lab-fault-in", defect),
            *(
                f"--alluredir={tmp_path}",
                "--objective",
                "recovery_time=10s" if defect == "slow-promotion" else "staleness=1s",
            ),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert run.returncode == 1, run.stdout[-3000:] + run.stderr
    summary = _summary(run.stdout)
    (experiment,) = summary["experiments"]
    verdicts = {each["name"]: each for each in experiment["promises"]}
    assert summary["ruling"] == "broken"
    assert verdicts[promise]["ruling"] == "broken", verdicts[promise]["because"]
    assert re.search(because, verdicts[promise]["because"]), verdicts[promise]["because"]
    if promise in COUNTED:
        assert verdicts[promise]["measured"][COUNTED[promise]] > 0
        assert verdicts[promise]["evidence"], "each is listed"


def _summary(output: str) -> dict:
    """The summary of the run that printed this."""
    folder = re.search(r"^evidence: (.+)$", output, re.MULTILINE)
    assert folder, output[-3000:]
    return json.loads((ROOT / folder[1].strip() / "summary.json").read_text())
