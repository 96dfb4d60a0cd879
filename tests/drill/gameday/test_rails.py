"""What must be true before a game day begins."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from drill.config import Config, GameDay, GateSettings, LabSettings
from drill.errors import ConfigError, Halted, NotHealed, TargetError
from drill.gameday.rails import Rails
from drill.journal import Entry, Undo
from tests.drill.gameday.conftest import Aws


@pytest.fixture
def rails(aws: Aws, tmp_path: Path, say: Callable[[str], None]) -> Rails:
    """All is well with the target."""
    return Rails(
        config=Config(targets={"lab": LabSettings(), "staging": aws.settings}),
        day=GameDay(target="staging", scenarios=("failover",), stop_alarms=("rails",)),
        home=tmp_path,
        environment={},
        doctor=lambda _: True,
        say=say,
    )


def test_all_is_well(rails: Rails, aws: Aws, said: list[str]) -> None:
    """What it stops for is said."""
    aws.alarm("rails")
    rails.check()
    assert said == ["stop condition: alarm rails is quiet"]


def test_what_could_not_be_signed_is_a_refusal(rails: Rails, aws: Aws) -> None:
    """The gate would refuse the evidence: it would be broken for nothing."""
    aws.alarm("rails")
    signed = replace(rails, config=replace(rails.config, gate=GateSettings(signed=True)))
    with pytest.raises(ConfigError, match=r"^environment: DRILL_SIGNING_KEY: not set"):
        signed.check()
    replace(signed, environment={"DRILL_SIGNING_KEY": "any-key"}).check()


def test_an_alarm_without_data_is_let_pass_and_said(rails: Rails, aws: Aws, said: list[str]) -> None:
    """It does not ring; whether it could, a person should know."""
    aws.alarm("rails", "INSUFFICIENT_DATA")
    rails.check()
    assert said == ["stop condition: alarm rails has no data to judge by"]


def test_an_alarm_that_rings_is_a_refusal(rails: Rails, aws: Aws) -> None:
    """With its reason."""
    aws.alarm("rails", "ALARM", "7 errors")
    with pytest.raises(Halted, match="alarm rails rings: 7 errors"):
        rails.check()


def test_an_alarm_that_is_not_there_is_a_refusal(rails: Rails) -> None:
    """It could never ring."""
    day = rails.day.model_copy(update={"stop_alarms": ("nowhere",)})
    with pytest.raises(TargetError, match='there is no alarm "nowhere"'):
        replace(rails, day=day).check()


def test_a_lab_of_the_run_s_own_has_no_alarms_yet(rails: Rails) -> None:
    """They are made with it: nobody is asked."""
    day = rails.day.model_copy(update={"target": "lab", "stop_alarms": ("nowhere",)})
    replace(rails, day=day).check()


def test_what_the_doctor_misses_is_a_refusal(rails: Rails, aws: Aws) -> None:
    """Naming the command that says more."""
    aws.alarm("rails")
    with pytest.raises(TargetError, match="drill doctor --target staging"):
        replace(rails, doctor=lambda _: False).check()


def test_what_an_earlier_run_left_is_a_refusal(rails: Rails) -> None:
    """Before anybody else is asked, and with the remedy."""
    entry = Entry(
        undo=Undo.STOP_FAULTS,
        subject="mark",
        target="staging",
        what="a crash",
        pid=psutil.Process().pid,
        started=psutil.Process().create_time() - 3600,
    )
    folder = rails.home / ".drill" / "journal"
    folder.mkdir(parents=True)
    (folder / "entry.json").write_text(json.dumps(asdict(entry)))
    with pytest.raises(NotHealed, match=r"stop faults mark on staging \(a crash\)\. Undo it first: drill heal"):
        rails.check()
