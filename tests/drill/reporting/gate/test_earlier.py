"""The runs before a run: those that count, and why there are too few."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drill.errors import StoreError
from drill.reporting import summary
from drill.reporting.gate.earlier import Earlier, Search
from drill.reporting.store import Local, Store
from tests.drill.reporting.gate.made import BROKEN, HELD, NOW, OBJECTIVES, SKIPPED, changed, made

NEWEST = "20261123T100000Z-lab"


def before(folder: Path, day: int, *experiments: object, of: str = "lab", **more: object) -> Path:
    """A run of an earlier day, beside the newest."""
    name = f"202611{day:02}T100000Z-{of}"
    return made(folder / name, *experiments, finished=NOW - timedelta(days=23 - day), **more)  # type: ignore[arg-type]


def found(
    folder: Path, count: int, *experiments: object, key: str | None = None, kept: Store | None = None, **more: Any
) -> Earlier:
    """What counts before the newest run of these experiments."""
    newest = made(folder / NEWEST, *experiments, key=key, **more)  # type: ignore[arg-type]
    run = summary.read(newest / "summary.json")
    search = Search(folder=newest, run=run, key=key, signed=False, kept=kept, objectives=OBJECTIVES)
    return search.earlier(count)


def test_the_last_ones_count_the_newest_first(tmp_path: Path) -> None:
    """As many as are asked for, beside the run itself."""
    for day in (19, 20, 21, 22):
        before(tmp_path, day)
    assert found(tmp_path, 3).runs == ("20261122T100000Z-lab", "20261121T100000Z-lab")
    assert found(tmp_path / "alone", 1) == Earlier()


def test_a_run_of_other_experiments_is_no_gap(tmp_path: Path) -> None:
    """For each experiment those runs count that executed it; nothing else that they did is looked at."""
    before(tmp_path, 20, HELD, BROKEN)
    before(tmp_path, 21, BROKEN)
    before(tmp_path, 22, replace(HELD, scenario="cost"), SKIPPED)
    answer = found(tmp_path, 2, HELD)
    assert (answer.runs, answer.problems) == (("20261120T100000Z-lab",), ())
    assert [each.record.fault for each in answer.times] == [HELD.fault]


def test_each_experiment_has_its_own_last_ones(tmp_path: Path) -> None:
    """One that an earlier run did not execute is looked for further back, and the others are not."""
    before(tmp_path, 20, HELD, BROKEN)
    before(tmp_path, 21, HELD)
    answer = found(tmp_path, 2, HELD, BROKEN)
    assert [(each.when, each.record.fault) for each in answer.times] == [
        ("20261121T100000Z-lab", HELD.fault),
        ("20261120T100000Z-lab", BROKEN.fault),
    ]


def test_every_repetition_of_a_run_that_counts_counts(tmp_path: Path) -> None:
    """It is one run, however often it did the same."""
    before(tmp_path, 21)
    before(tmp_path, 22, HELD, replace(HELD, repetition=2))
    answer = found(tmp_path, 2, HELD)
    assert (len(answer.times), answer.runs) == (2, ("20261122T100000Z-lab",))


def test_too_few_are_a_problem_that_names_the_experiment(tmp_path: Path) -> None:
    """And says how many there are."""
    before(tmp_path, 22)
    assert found(tmp_path, 4, HELD).problems == (
        "failover/crash of the writer: 2 of the last 4 runs that are demanded are there",
    )


def test_one_that_cannot_be_believed_is_no_gap_either(tmp_path: Path) -> None:
    """It might be the worst, and of this target; a folder without a summary is no run."""
    before(tmp_path, 20)
    torn, altered = before(tmp_path, 21), before(tmp_path, 22)
    (torn / "summary.json").write_text("{")
    (altered / "validation.md").write_text("other criteria")
    (tmp_path / "20261122T110000Z-lab").mkdir()
    answer = found(tmp_path, 2, HELD)
    assert [line.split(":")[0] for line in answer.problems] == ["20261122T100000Z-lab", "20261121T100000Z-lab"]
    assert answer.runs == ("20261120T100000Z-lab",)


def test_what_is_not_needed_is_not_looked_at(tmp_path: Path) -> None:
    """A torn run from before all that count takes nothing from them."""
    before(tmp_path, 22)
    (before(tmp_path, 21) / "summary.json").write_text("{")
    assert found(tmp_path, 2, HELD).problems == ()


def test_later_runs_and_those_of_another_target_do_not_count(tmp_path: Path) -> None:
    """Nor does one of a target of the same name and another kind, or on another cluster."""
    made(tmp_path / "20261124T100000Z-lab")
    before(tmp_path, 20, HELD, subject="cluster orders in eu-west-1")
    before(tmp_path, 21, HELD, target="staging")
    before(tmp_path, 22, HELD, kind="aurora")
    assert found(tmp_path, 2, HELD, subject="cluster carts in eu-west-1") == Earlier(
        problems=("failover/crash of the writer: 1 of the last 2 runs that are demanded are there",)
    )
    shutil.rmtree(tmp_path / NEWEST)
    assert found(tmp_path, 2, HELD, subject="cluster orders in eu-west-1").runs == ("20261120T100000Z-lab",)


def test_no_run_of_ours_is_passed_over_by_what_somebody_wrote_into_it(tmp_path: Path) -> None:
    """The broken run of yesterday was edited to be of another target: its seal is asked first, and its name tells."""
    before(tmp_path, 21)
    changed(before(tmp_path, 22, BROKEN, HELD), lambda document: document.update(target="staging"))
    (altered,) = found(tmp_path, 2, HELD).problems
    assert altered.startswith("20261122T100000Z-lab: summary.json: was altered")


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("20261122T100000Z-lab", True),
        ("20261122T100000Z-lab-2", True),
        ("20261122T100000Z-staging", False),
        ("20261122T100000Z-lab-eu", False),
        ("20261122-as-it-was", True),
    ],
)
def test_one_that_cannot_be_read_is_of_the_target_that_its_name_tells(tmp_path: Path, name: str, *, ours: bool) -> None:
    """Somebody else's is no matter of this release; one whose name tells nothing may be anybody's."""
    before(tmp_path, 21)
    (made(tmp_path / name) / "summary.json").write_text("{")
    answer = found(tmp_path, 2, HELD)
    assert [line.split(":")[0] for line in answer.problems] == ([name] if ours else [])
    assert answer.runs == ("20261121T100000Z-lab",)


def test_a_target_may_be_called_as_a_second_run_of_another_is(tmp_path: Path) -> None:
    """What its name leaves open, it is."""
    (before(tmp_path, 22, of="lab-2", target="lab-2") / "summary.json").write_text("{")
    assert found(tmp_path, 2, HELD, target="lab-2").problems[0].startswith("20261122T100000Z-lab-2: ")


@pytest.mark.parametrize("copied", [NEWEST, "20261122T100000Z-lab"])
def test_a_run_counts_once_however_often_it_was_copied(tmp_path: Path, copied: str) -> None:
    """Each copy is told, since the runs between which it stands may be gone; a run that was made twice counts twice."""
    before(tmp_path, 22)
    made(tmp_path / NEWEST)
    for day in (20, 21):
        shutil.copytree(tmp_path / copied, tmp_path / f"202611{day}T100000Z-lab")
    shutil.rmtree(tmp_path / NEWEST)
    answer = found(tmp_path, 3, HELD)
    assert answer.runs == ("20261122T100000Z-lab",)
    assert [f"is the run {copied!r} under another name" in line for line in answer.problems] == [True, True, False]
    for day in (20, 21):
        shutil.rmtree(tmp_path / f"202611{day}T100000Z-lab")
    before(tmp_path, 21)
    shutil.rmtree(tmp_path / NEWEST)
    assert found(tmp_path, 3, HELD).problems == ()


@pytest.mark.parametrize(("objective", "counts"), [("1h", False), ("60s", True), ("1s", True)])
def test_one_that_was_judged_more_loosely_is_no_gap(tmp_path: Path, objective: str, *, counts: bool) -> None:
    """It might not have held."""
    before(tmp_path, 22, HELD, objectives=OBJECTIVES | {"recovery_time": objective})
    answer = found(tmp_path, 2, HELD)
    assert bool(answer.runs) is counts
    assert any("judged by an objective of 1h, and 60s is demanded" in line for line in answer.problems) is not counts


def test_with_a_key_each_of_them_is_signed(tmp_path: Path) -> None:
    """The worst of the last is as good as the least trusted of them."""
    before(tmp_path, 22)
    (lacking, _) = found(tmp_path, 2, HELD, key="a key").problems
    assert lacking.startswith("20261122T100000Z-lab: summary.json: is not signed")


def test_those_in_a_store_count_between_those_beside_it(tmp_path: Path) -> None:
    """By their names, and each once, wherever it lies; one of another target is not even fetched."""
    here, kept = tmp_path / "here", tmp_path / "kept" / "runs"
    before(here, 20)
    before(here, 22)
    for day in (19, 21, 22):
        before(kept, day)
    (before(kept, 18, HELD, of="staging", target="staging") / "validation.md").write_text("altered")
    answer = found(here, 5, HELD, kept=Local(reports=tmp_path / "kept"))
    assert answer.runs == tuple(f"202611{day}T100000Z-lab" for day in (22, 21, 20, 19))
    assert answer.problems == ()


def test_one_that_does_not_arrive_whole_is_no_gap(tmp_path: Path) -> None:
    """What a store keeps is verified as what lies beside the run."""
    here, kept = tmp_path / "here", tmp_path / "kept" / "runs"
    (before(kept, 22) / "validation.md").write_text("altered")
    (before(kept, 21) / "summary.json").write_text("{")
    before(kept, 20)
    altered, torn = found(here, 2, HELD, kept=Local(reports=tmp_path / "kept")).problems
    assert "'validation.md': is not the file that was sealed" in altered
    assert torn.startswith("20261121T100000Z-lab: ")


def test_a_store_that_does_not_answer_is_a_problem(tmp_path: Path) -> None:
    """Even where enough runs lie beside it: what the store keeps may be newer, and worse."""

    class Silent(Local):
        def names(self) -> tuple[str, ...]:
            raise StoreError("s3://evidence: cannot be reached; try again")

    before(tmp_path, 22)
    answer = found(tmp_path, 2, HELD, kept=Silent(reports=tmp_path))
    assert answer.problems == ("s3://evidence: cannot be reached; try again",)


def test_one_of_a_store_is_signed_before_it_is_believed_to_be_of_another_target(tmp_path: Path) -> None:
    """Its digests can be computed anew by who keeps it; a run whose name is of that target as well is not fetched."""
    here, kept = tmp_path / "here", tmp_path / "kept" / "runs"
    before(kept, 21, BROKEN, of="staging", target="staging")
    before(kept, 22, BROKEN, HELD, target="staging")
    (problem, _) = found(here, 2, HELD, key="a key", kept=Local(reports=tmp_path / "kept")).problems
    assert problem.startswith("20261122T100000Z-lab: summary.json: is not signed")
