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
from tests.drill.reporting.synthetic import experiment, recovered, survived


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


CRASHED = Verdict(name="experiment", ruling=Ruling.UNDECIDED, because="ConnectionError: nobody answered")
LOST = replace(CRASHED, name="test_recovers_in_time")
INDEX = experiment(recovered(1.0), scenario="degradation", fault="dropped index")
TAKEN_BACK = "degradation/dropped index/recovered_within"


@pytest.mark.parametrize(
    ("block", "promises", "held"),
    [
        (TAKEN_BACK, (recovered(1.0),), True),
        (TAKEN_BACK, (recovered(1.0), LOST), True),
        (TAKEN_BACK, (CRASHED,), False),
        (TAKEN_BACK, (LOST,), False),
        (TAKEN_BACK, (), False),
        (TAKEN_BACK, (survived(0),), False),
        ("*/recovered_within", (recovered(1.0),), True),
        ("*/recovered_within", (survived(0),), True),
        ("*/recovered_within", (CRASHED,), False),
        ("degradation/*_within", (recovered(1.0), LOST), False),
        ("degradation/dropped ind[aeiou]x/recovered_within", (CRASHED,), False),
        ("degradation/another/recovered_within", (CRASHED,), True),
        ("failover/*", (CRASHED,), True),
    ],
)
def test_what_must_block_is_judged_or_nothing_holds(
    tmp_path: Path, block: str, promises: tuple[Verdict, ...], *, held: bool
) -> None:
    """That an experiment or a test was lost may warn; the promises that block are not excused by it."""
    index = replace(INDEX, promises=promises)
    judgement = gate(tmp_path, HELD, index, warn=("degradation/*",), block=(block,))
    assert judgement.ruling is (Ruling.HELD if held else Ruling.UNDECIDED)
    assert any(line.startswith("degradation/dropped index: what must block by") for line in judgement.problems) is (
        not held
    )


@pytest.mark.parametrize(("scenario", "fault"), [("run", "all that was selected"), ("test_failover", "never began")])
def test_where_nobody_knows_what_was_lost_all_that_must_block_is_in_doubt(
    tmp_path: Path, scenario: str, fault: str
) -> None:
    """Only a promise that stands in `block` by its own name, and was judged, is not."""
    lost = experiment(CRASHED if scenario == "run" else LOST, scenario=scenario, fault=fault)
    policy: dict[str, Any] = {"warn": ("*",)}
    own_name = "failover/crash of the writer/recovered_within"
    assert gate(tmp_path / "1", HELD, lost, block=(own_name,), **policy).ruling is Ruling.HELD
    assert gate(tmp_path / "2", HELD, lost, block=(own_name, TAKEN_BACK), **policy).ruling is Ruling.UNDECIDED
    assert gate(tmp_path / "3", HELD, lost, block=("failover/*",), **policy).ruling is Ruling.UNDECIDED
    assert gate(tmp_path / "4", HELD, block=("failover/*", TAKEN_BACK), **policy).ruling is Ruling.HELD


@pytest.mark.parametrize(
    ("waived", "more", "held"),
    [
        ("*", (), False),
        ("*", (HELD,), True),
        ("failover/zone loss/every_acknowledged_write_survives", (), False),
        ("failover/zone loss/every_acknowledged_write_survives", (HELD,), True),
    ],
)
def test_where_all_is_waived_nothing_holds(tmp_path: Path, waived: str, more: tuple[Any, ...], *, held: bool) -> None:
    """Not more than where all only warns; beside one promise that blocks and was held, a waiver does what it is for."""
    waiver = Waiver.model_validate({"promise": waived, "owner": "x", "reason": "x", "expires": "2099-01-31"})
    lossy = replace(BROKEN, promises=(survived(3),))
    judgement = gate(tmp_path, lossy, *more, waivers=(waiver,))
    assert judgement.ruling is (Ruling.HELD if held else Ruling.UNDECIDED)
    assert any("so that none can hold" in line for line in judgement.problems) is not held


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("60s", None),
        ("1m", None),
        ("59999ms", None),
        ("1h", "recovery_time: the run was judged by an objective of 1h, and 60s is demanded"),
        ("60", "recovery_time: the run was judged by an objective of 60, and 60s is demanded"),
        ("soon", "recovery_time: the run was judged by an objective of soon, and 60s is demanded"),
        (7, "recovery_time: the run was judged by an objective of 7, and 60s is demanded"),
        (None, "recovery_time: the run was judged by no such objective, and 60s is demanded"),
    ],
)
def test_a_run_by_looser_objectives_is_no_evidence(tmp_path: Path, stated: Any, words: str | None) -> None:
    """Both are named; a stricter one is fine, and without any to compare with nothing is compared."""
    folder = made(tmp_path / "run", objectives={"recovery_time": stated})
    judgement = judged(folder, GateSettings(), now=NOW, objectives={"recovery_time": "60s"})
    assert judgement.ruling is (Ruling.HELD if words is None else Ruling.UNDECIDED)
    assert [line.split(";")[0] for line in judgement.problems] == ([] if words is None else [words])
    assert judged(folder, GateSettings(), now=NOW).ruling is Ruling.HELD


def test_what_a_run_was_asked_for_and_judged_by_is_shown(tmp_path: Path) -> None:
    """A part of a suite is seen to be one, and so is what the gate compared with."""
    asked = "-m 'failover' -k 'crash' --deselect 'suites/aurora/test_failover.py'"
    folder = made(tmp_path / "run", asked=asked, objectives={"recovery_time": "10s"})
    judgement = judged(folder, GateSettings(), now=NOW, objectives={"recovery_time": "60s"})
    assert f"asked for {asked}; no objective looser than demanded" in shown(judgement, 300)
    document = as_json(judgement)
    assert (document["asked"], document["objectives"]) == (asked, {"recovery_time": "10s"})
    assert document["policy"]["objectives"] == {"recovery_time": "60s"}
    unasked = judged(folder, GateSettings(), now=NOW)
    assert "objective" not in shown(unasked, 300)
    assert as_json(unasked)["policy"]["objectives"] is None
