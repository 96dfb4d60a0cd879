"""The gate as a whole: what it returns, leaves behind, and shows."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from drill.config import GateSettings, Waiver
from drill.errors import ConfigError
from drill.reporting import seal
from drill.reporting.gate import Judgement, as_json, judged, table, write
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.gate.made import BROKEN, HELD, NOW, SKIPPED, UNDECIDED, changed, made
from tests.drill.reporting.synthetic import experiment, recovered


def gate(folder: Path, *experiments: Any, **policy: Any) -> Judgement:
    """The judgement of a run of these experiments, by a policy of these settings."""
    return judged(made(folder / "run", *experiments), GateSettings(**policy), now=NOW)


def shown(judgement: Judgement, width: int = 150) -> str:
    """What a person reads on a terminal so wide, its words joined by single blanks."""
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=True, color_system=None).print(table(judgement))
    return " ".join(out.getvalue().replace("|", " ").split())


def test_the_ruling_is_written_twice_and_changes_nothing_that_was_sealed(tmp_path: Path) -> None:
    """A second gate judges as the first did, and finds nothing that was not there."""
    judgement = gate(tmp_path, HELD)
    write(judgement)
    assert {each.name for each in judgement.folder.glob("gate.*")} == {"gate.json", "gate.xml"}
    again = judged(judgement.folder, judgement.policy, now=NOW)
    assert (again.ruling, again.notes) == (Ruling.HELD, ())
    assert seal.verify(judgement.folder / "summary.json") == ()


def test_the_document_says_what_it_was_found_by(tmp_path: Path) -> None:
    """Run, evidence, requirements, every promise with its effect, what was skipped, notes and the policy."""
    waiver = {"promise": "*/zone loss/*", "owner": "orders", "reason": "known", "expires": "2099-01-31"}
    judgement = gate(
        tmp_path, HELD, BROKEN, SKIPPED, require=("failover", "cost"), waivers=(Waiver.model_validate(waiver),)
    )
    document = json.loads(json.dumps(as_json(judgement)))
    assert (document["run"], document["target"], document["ruling"], document["exit_code"]) == (
        "run", "lab", "undecided", 2,
    )  # fmt: skip
    assert document["evidence"] == {
        "believed": True, "verified": True, "signed": False, "finished": "2026-11-23T11:00:00+00:00", "age_s": 3600.0,
    }  # fmt: skip
    assert document["required"] == [
        {"name": "failover", "executed": 2, "missing": []},
        {"name": "cost", "executed": 0, "missing": ["cost"]},
    ]
    assert document["missing"] == ["cost"]
    effects = {each["key"]: each["effect"] for each in document["rows"]}
    assert effects["failover/crash of the writer/recovered_within"] == "holds"
    assert effects["failover/zone loss/every_acknowledged_write_survives"] == "waived"
    assert document["skipped"] == [
        {"scenario": "failover", "fault": "partition", "because": "the target offers no way"}
    ]
    assert (document["policy"]["max_age_s"], document["policy"]["waivers"]) == (604800.0, [waiver])


def test_what_cannot_be_believed_is_not_shown(tmp_path: Path) -> None:
    """Of a run that was altered nothing is repeated but that it was."""
    folder = made(tmp_path / "run", BROKEN)
    changed(folder, lambda document: document.update(target="production"))
    judgement = judged(folder, GateSettings(), now=NOW)
    assert (judgement.ruling, judgement.rows, judgement.verified) == (Ruling.UNDECIDED, (), False)


def test_what_is_stale_is_shown_and_does_not_count(tmp_path: Path) -> None:
    """One sees what it said, and why that is no evidence any more."""
    judgement = gate(tmp_path, BROKEN, max_age=60.0)
    assert (judgement.ruling, judgement.verified) == (Ruling.UNDECIDED, True)
    said = shown(judgement)
    assert "evidence no evidence blocks the run is 1h old, of 60s allowed" in said
    assert "every_acknowledged_write_survives broken" in said
    assert said.endswith("UNDECIDED: exit code 2")


def test_the_table_names_each_promise_that_does_not_hold_the_gravest_first(tmp_path: Path) -> None:
    """What holds takes one row an experiment."""
    mixed = replace(UNDECIDED, promises=(*UNDECIDED.promises, *BROKEN.promises[1:]))
    said = shown(gate(tmp_path, HELD, mixed, require=("failover",)))
    assert "required: failover executed holds 2 experiments; none of dynamodb-failover" in said
    assert "failover/crash of the writer held holds 2 of 2 promises; recovered in 2.58 s" in said
    assert said.index("every_acknowledged_write_survives broken blocks") < said.index("quiet undecided blocks")
    assert "recovered_within" not in said


@pytest.mark.parametrize("width", [60, 100, 200])
def test_nothing_of_the_table_is_cut_off(tmp_path: Path, width: int) -> None:
    """However narrow the terminal is, every line fits it."""
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False).print(table(gate(tmp_path, HELD, BROKEN, UNDECIDED, SKIPPED)))
    assert max(map(len, out.getvalue().splitlines())) <= width
    assert "…" not in out.getvalue()


def test_no_promise_steers_the_terminal_and_no_secret_is_told(tmp_path: Path) -> None:
    """Control characters are shown as what they are not; markup of rich's is text; passwords are masked everywhere."""
    words = "\x1b[2J[bold]gone password=hunter2hunter2\x07"
    promise = Verdict(name="quiet", ruling=Ruling.BROKEN, because=words)
    judgement = gate(tmp_path, experiment(recovered(1.0), promise, fault="zone \x1b[31m"))
    write(judgement)
    said = shown(judgement)
    assert "\x1b[31m" not in said
    assert "\x1b[2J" not in said
    assert "[bold]gone" in said
    left = said + "".join(each.read_text() for each in judgement.folder.glob("gate.*"))
    assert "hunter2" not in left


def test_a_policy_that_names_what_is_not_there_is_refused_first(tmp_path: Path) -> None:
    """Before any run is looked at, so that a slip is never hidden by a missing run."""
    with pytest.raises(ConfigError, match='did you mean "failover"'):
        judged(tmp_path, GateSettings(require=("failovr",)), now=NOW)


@pytest.mark.parametrize("experiments", [(HELD,), (BROKEN,), (UNDECIDED,), (SKIPPED,), (HELD, BROKEN, UNDECIDED)])
def test_a_judgement_is_held_only_if_the_run_is(tmp_path: Path, experiments: tuple[Any, ...]) -> None:
    """Without waivers and warnings the gate says what the summary says."""
    judgement = gate(tmp_path, *experiments)
    assert judgement.run is not None
    assert judgement.ruling is judgement.run.ruling
