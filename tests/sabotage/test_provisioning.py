"""Every badly set up lab turns the suite of phase 1 red, on the promise that it breaks, with what mends it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sabotage
ROOT = Path(__file__).resolve().parents[2]

DEFECTS = {
    "unencrypted": {
        "encrypted_at_rest": ("not encrypted: the storage of", "aws rds restore-db-cluster-from-snapshot"),
        "encrypted_in_transit": ("let clients in without TLS; rds.force_ssl is 0", "ParameterName=rds.force_ssl"),
    },
    "no-backups": {"backups_are_kept": ("are kept for 0 days, not for 7", "--backup-retention-period 7")},
    "no-deletion-protection": {"deletion_is_protected": ("is not protected", "--deletion-protection")},
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_bad_set_up_is_noticed(defect: str, tmp_path: Path) -> None:
    """The run exits 1; these promises are broken and no other, and each has its command as evidence.

    What the phase asks of tables, and of the choice between services, is held.
    """
    (tmp_path / "drill.toml").touch()
    options = (f"--drill-toml={tmp_path / 'drill.toml'}", f"--alluredir={tmp_path / 'allure-results'}")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "phase1", "--lab-fault-in", defect, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 1, run.stdout[-3000:] + run.stderr
    summary = json.loads((tmp_path / "reports" / "latest" / "summary.json").read_text())
    (experiment,) = [each for each in summary["experiments"] if each["ruling"] != "held"]
    assert experiment["scenario"] == "provisioning"
    broken = {each["name"]: each for each in experiment["promises"] if each["ruling"] != "held"}
    assert set(broken) == set(DEFECTS[defect])
    for name, (because, mends) in DEFECTS[defect].items():
        assert broken[name]["ruling"] == "broken"
        assert because in broken[name]["because"]
        assert any(mends in line for line in broken[name]["evidence"])
