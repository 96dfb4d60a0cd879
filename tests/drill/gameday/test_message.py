"""What people are told of a game day: what they need, the gravest first, and no secret."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from drill.config import GameDay, GateSettings
from drill.gameday.message import GRAVEST, Message, Occasion
from drill.reporting.gate import Effect, Group, Judgement, Requirement, Row
from drill.reporting.gate.judgement import Met
from drill.verdict import Ruling

DAY = GameDay(target="staging", scenarios=("failover", "timeouts"), only="crash", repeat=3, stop_alarms=("errors",))
OCCASION = Occasion(
    name="weekly", day=DAY, target="staging, cluster orders in eu-west-1", objectives={"recovery_time": "30s"}
)


def row(promise: str, ruling: Ruling, effect: Effect = Effect.BLOCKS) -> Row:
    """One promise of a writer crash."""
    return Row(
        scenario="failover",
        fault="writer crash",
        promise=promise,
        ruling=ruling,
        effect=effect,
        because="33 s of 30 s",
        held=0,
        times=1,
    )


def judgement(*rows: Row) -> Judgement:
    """What the gate found: one experiment was executed, another skipped."""
    return Judgement(
        folder=Path("run"),
        policy=GateSettings(),
        now=datetime(2026, 11, 23, tzinfo=UTC),
        believed=True,
        groups=(
            Group(scenario="failover", fault="writer crash", times=1, rows=rows),
            Group(scenario="failover", fault="zone loss", skipped="no zones here"),
        ),
    )


def test_it_is_announced_with_what_when_and_how_to_end_it() -> None:
    """Who reads it knows whether it concerns him, and what to do if so."""
    ends = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    said = str(OCCASION.begins(ends=ends, stop="kill 4711 on runner"))
    assert said.splitlines() == [
        "Game day weekly begins on staging",
        "  what: failover, timeouts, only crash, 3 times each",
        "  target: staging, cluster orders in eu-west-1",
        "  objectives: recovery_time 30s",
        "  over by 2026-11-23 12:30 UTC at the latest",
        "  ended when one of these alarms rings: errors",
        "  to end it: kill 4711 on runner",
    ]


def test_a_refusal_says_that_nothing_was_broken() -> None:
    """And why."""
    said = str(OCCASION.refused("alarm errors rings: 7 of 1"))
    assert "Game day weekly on staging does not take place" in said
    assert "alarm errors rings: 7 of 1\n  Nothing was broken." in said


def test_the_gravest_comes_first() -> None:
    """What blocks before what does not, broken before undecided; what holds is not mentioned."""
    rows = (
        row("held", Ruling.HELD, Effect.HOLDS),
        row("waived", Ruling.BROKEN, Effect.WAIVED),
        row("undecided", Ruling.UNDECIDED),
        row("broken", Ruling.BROKEN),
    )
    told = OCCASION.ended(Ruling.BROKEN, notes=["it took 9 s"], judgement=judgement(*rows), report="here")
    assert told.title == "Game day weekly on staging: BROKEN"
    assert told.lines == (
        "it took 9 s",
        "1 experiments executed, 1 skipped",
        "BROKEN failover/writer crash/broken: 33 s of 30 s",
        "UNDECIDED failover/writer crash/undecided: 33 s of 30 s",
        "BROKEN (waived) failover/writer crash/waived: 33 s of 30 s",
        "report: here",
    )


def test_what_was_not_executed_and_what_is_no_evidence_is_told() -> None:
    """An undecided ruling without a promise that is undecided would be a riddle."""
    met = Met(requirement=Requirement(name="timeouts", ways=(("timeouts",),)), executed=0, missing=("timeouts",))
    found = replace(judgement(), problems=("history.parquet is not as it was sealed",), required=(met,))
    told = OCCASION.ended(Ruling.UNDECIDED, notes=[], judgement=found, report="")
    assert told.lines[1:] == ("history.parquet is not as it was sealed", "timeouts was not executed: timeouts")


def test_without_a_judgement_there_is_no_evidence() -> None:
    """Which is said, rather than nothing."""
    told = OCCASION.ended(Ruling.UNDECIDED, notes=[], judgement=None, report="")
    assert told.lines == ("there is no evidence",)


def test_many_are_counted() -> None:
    """A message is read on a phone."""
    rows = [row(f"promise-{number}", Ruling.BROKEN) for number in range(GRAVEST + 2)]
    told = OCCASION.ended(Ruling.BROKEN, notes=[], judgement=judgement(*rows), report="")
    assert sum(line.startswith("BROKEN") for line in told.lines) == GRAVEST
    assert told.lines[-1] == "and 2 more"


def test_no_secret_and_no_second_line_is_told() -> None:
    """Whatever a database said in its error."""
    said = Message.of("title\nof two", "cannot connect to postgresql://app:hunter2@db/shop\nor so")
    assert said == Message(title="title of two", lines=("cannot connect to postgresql://***@db/shop or so",))
