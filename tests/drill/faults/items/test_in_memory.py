"""Faults on tables are started under their mark, stopped however the block is left, and honest where they cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from drill.errors import FaultError, Halted, NoEffect, NotHealed, ProbeError, Unsupported
from drill.faults import Injection, meanwhile
from drill.faults import items as faults
from drill.faults.injected import DURATION_S
from drill.faults.items.crowded import crowded, planned
from drill.faults.items.culprits import CulpritPlan, Mode, Progress
from drill.faults.items.glimpse import Peephole
from drill.targets.dynamodb import TableSpec
from tests.drill.faults.items.tables import EAST, WEST, InMemory, happening, stage
from tests.drill.gameday.conftest import Aws, aws

__all__ = ["aws"]

ACTION = "lab:throttle-tables"
SHOP = {"shop": "real-shop"}


def memory(**how: object) -> InMemory:
    """A target that has the shop's table."""
    return InMemory(tables={"real-shop": TableSpec(name="real-shop")}, **how)  # type: ignore[arg-type]


def at_once(_: Sequence[Peephole]) -> Callable[[], str]:
    """An effect that is seen at once."""
    return lambda: "seen"


fault = faults.injected_tables(ACTION, {"reason": "every"}, effect=at_once, tells={"cause": "throttled"})


def test_it_is_started_under_its_mark_and_with_an_end_of_its_own(tmp_path: Path) -> None:
    """After a crash it is found by its mark, and ends by itself should nobody look."""
    target = memory()
    with happening(fault, stage(tmp_path, target, SHOP), "m7") as injection:
        assert injection.confirm() == "seen"
        assert dict(injection.tells) == {"region": "us-east-1", "table": "real-shop", "cause": "throttled"}
    assert target.calls == [("start", ACTION, "real-shop", "m7", f"{DURATION_S:g}", "reason=every"), ("stop", "EXP0")]


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_it_heals_on_every_way_out(tmp_path: Path, error: BaseException) -> None:
    """The experiment is stopped, and what left the block goes on."""
    target = memory()
    with pytest.raises(type(error)), happening(fault, stage(tmp_path, target, SHOP)):
        raise error
    assert target.running == {}


def test_a_start_without_an_answer_is_stopped_by_its_mark(tmp_path: Path) -> None:
    """It may have started all the same: an answer that was lost does not undo the fault."""
    target = memory(refuses=FaultError("fis:StartExperiment: read timed out"))
    with pytest.raises(FaultError, match="timed out"), happening(fault, stage(tmp_path, target, SHOP)):
        pytest.fail("the block was entered")
    assert target.running == {}


def test_what_is_not_offered_is_unsupported(tmp_path: Path) -> None:
    """The reason names the action; nothing is left to stop."""
    target = memory(offers=False)
    with pytest.raises(Unsupported, match=ACTION), happening(fault, stage(tmp_path, target, SHOP)):
        pytest.fail("the block was entered")
    assert target.calls == []


def test_a_failed_experiment_is_no_effect(tmp_path: Path) -> None:
    """FIS's own reason is told."""
    on = stage(tmp_path, memory(starts_as="failed"), SHOP)
    said = "lab:throttle-tables failed: there is no table"
    with happening(fault, on) as injection, pytest.raises(NoEffect, match=said):
        injection.confirm()


def test_what_cannot_be_stopped_says_how_to_go_on(tmp_path: Path) -> None:
    """NotHealed names the fault, the tables and `drill heal`."""
    said = r"lab:throttle-tables on real-shop in us-east-1 could not be undone .*`drill heal`"
    with pytest.raises(NotHealed, match=said), happening(fault, stage(tmp_path, memory(stubborn=True), SHOP)):
        pass


def test_a_forgotten_table_that_cannot_be_deleted_stays_in_the_journal(tmp_path: Path) -> None:
    """`drill heal` finds it there."""
    on = stage(tmp_path, memory(stubborn=True), SHOP)
    with pytest.raises(NotHealed), happening(faults.forgotten_table(), on, "m"):
        pass
    assert [entry.subject for entry in on.journal.entries().values()] == ["drill-m-forgotten"]


def test_a_table_that_the_run_does_not_have(tmp_path: Path) -> None:
    """Unsupported names the table that is missing, and those that there are."""
    on, said = stage(tmp_path, memory(), SHOP), "made for the table small, and the run has: shop"
    with pytest.raises(Unsupported, match=said), happening(faults.exhausted("small"), on):
        pytest.fail("the block was entered")


def test_no_table_and_no_replica(tmp_path: Path) -> None:
    """Nothing that could be hit is unsupported, not a fault without effect."""
    with pytest.raises(Unsupported, match="no tables that could be hit"):
        fault(stage(tmp_path, memory(), {}))
    with pytest.raises(Unsupported, match="none of the run's tables has a replica"):
        faults.paused_replication()(stage(tmp_path, memory(), SHOP))


@dataclass(slots=True, kw_only=True)
class Replicated(InMemory):
    """One whose tables have a replica."""

    def describe(self, table: str, *, region: str | None = None) -> Mapping[str, Any]:
        """As CreateTable was asked for, and where else it is."""
        return {**InMemory.describe(self, table, region=region), "Replicas": [{"RegionName": WEST}]}


def test_who_looks_on_need_not_wait_for_what_does_not_arrive(tmp_path: Path, aws: Aws) -> None:
    """A look that lasts is left at once; the fault is stopped, and the item that it wrote is gone."""
    spec = TableSpec(name=f"shop-{tmp_path.name}")
    clients = [aws.session.client("dynamodb", region_name=each, endpoint_url=aws.url) for each in (EAST, WEST)]
    for each in clients:
        each.create_table(**spec.request())

    def halt() -> None:
        raise Halted("alarm errors rings")

    target = Replicated(tables={spec.name: spec})
    on = stage(tmp_path, target, {"shop": spec.name})
    on = replace(on, place=replace(on.place, endpoint_url=aws.url))
    lasting = faults.paused_replication(absent_s=5.0)
    with pytest.raises(Halted), happening(lasting, on) as injection, meanwhile(halt):
        injection.confirm()
    assert target.running == {}
    assert clients[0].scan(TableName=spec.name)["Count"] == 0


@dataclass(slots=True)
class Gang:
    """Culprits that say what they are told to."""

    said: list[Progress | Exception]
    stopped: list[bool] = field(default_factory=list)
    stops_with: Exception | None = None

    def progress(self) -> Progress:
        """The next word; the last one again and again."""
        word = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        if isinstance(word, Exception):
            raise word
        return word

    def stop(self) -> None:
        """Go."""
        self.stopped.append(True)
        if self.stops_with:
            raise self.stops_with


def let_in(gang: Gang) -> Any:
    """Lets that gang in."""

    @contextmanager
    def gather(_: CulpritPlan) -> Iterator[Gang]:
        yield gang

    return gather


def test_culprits_within_the_blast_radius(tmp_path: Path) -> None:
    """No more clients, and no longer, than drill.toml allows; keys as the table has them."""
    plan = planned(stage(tmp_path, memory(), SHOP), "shop", mode=Mode.SCAN, clients=99)
    assert (plan.clients, plan.duration_s, plan.table) == (8, 30.0, "real-shop")
    assert (plan.partition_key, plan.sort_key) == ("pk", "sk")
    assert CulpritPlan.load(plan.dump()) == plan


def test_keys_that_are_no_texts(tmp_path: Path) -> None:
    """Culprits write none."""
    target = InMemory(tables={"n": TableSpec(name="n", partition_key=("id", "N"), sort_key=None)})
    with pytest.raises(Unsupported, match="keys that are texts"):
        planned(stage(tmp_path, target, {"n": "n"}), "n", mode=Mode.WRITE)


def let_loose(folder: Path, gang: Gang) -> AbstractContextManager[Injection]:
    """A fault by that gang, seen as soon as it has read a page."""
    on = stage(folder, memory(), SHOP)

    def shown(progress: Progress) -> str | None:
        return f"{progress.answered} pages" if progress.answered else None

    plan = planned(on, "shop", mode=Mode.SCAN)
    return crowded(on, plan, shown=shown, tells={}, gather=let_in(gang), effect_deadline_s=0.1)


def test_culprits_are_confirmed_by_what_they_do(tmp_path: Path) -> None:
    """Their first words may say nothing yet; they are sent away when the block is left."""
    gang = Gang([Progress(), Progress(answered=3)])
    with let_loose(tmp_path, gang) as injection:
        assert injection.confirm() == "3 pages"
    assert gang.stopped == [True]
    assert injection.rows() is None


def test_culprits_that_fail(tmp_path: Path) -> None:
    """What they fell over is raised where it is asked for; healing goes on, since they are gone."""
    gang = Gang([ProbeError("the culprits failed")], stops_with=ProbeError("the culprits failed: a bug"))
    with let_loose(tmp_path, gang) as injection, pytest.raises(ProbeError):
        injection.confirm()
    with pytest.raises(ProbeError, match="a bug"):
        injection.rows()


def test_culprits_that_do_nothing(tmp_path: Path) -> None:
    """Nothing seen of them is no effect."""
    with let_loose(tmp_path, Gang([Progress()])) as injection, pytest.raises(NoEffect, match="culprits at real-shop"):
        injection.confirm()
