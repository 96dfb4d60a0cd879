"""A service and its timer, by systemd's own tools where they are there."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from drill.config import Window
from drill.config.gameday import WEEK
from drill.gameday.schedule.systemd import systemd
from tests.drill.gameday.schedule.plans import PLAN, SILENT


@pytest.fixture
def analyze() -> str:
    """systemd-analyze."""
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("no systemd-analyze here: apt-get install systemd")
    return found


def read(text: str) -> configparser.ConfigParser:
    """A unit, whose keys are told apart by their case."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def test_the_timer_begins_the_service_when_the_window_opens() -> None:
    """In the window's zone; they find each other by their names; what was missed is not made up for."""
    service, timer = systemd(PLAN)
    assert (service.name, timer.name) == ("drill-gameday-weekly.service", "drill-gameday-weekly.timer")
    said = read(timer.text)["Timer"]
    assert said["OnCalendar"] == "Tue,Thu *-*-* 09:30:00 Europe/Berlin"
    assert said["Persistent"] == "false"


def test_stopping_it_heals() -> None:
    """SIGTERM for the command alone, which passes it on once, and time to heal before SIGKILL."""
    said = read(systemd(PLAN)[0].text)["Service"]
    assert said["KillMode"] == "mixed"
    assert int(said["TimeoutStopSec"]) >= 600
    assert int(said["TimeoutStartSec"]) > PLAN.day.longest + int(said["TimeoutStopSec"])


def test_nothing_is_begun_without_what_it_needs() -> None:
    """Its variables stand in a file that must be there; one that needs none may have such a file."""
    assert read(systemd(PLAN)[0].text)["Service"]["EnvironmentFile"] == "/etc/drill/weekly.env"
    assert "#   DRILL_WEBHOOK='...'\n#   DRILL_SIGNING_KEY='...'\n[Unit]" in systemd(PLAN)[0].text
    assert read(systemd(SILENT)[0].text)["Service"]["EnvironmentFile"] == "-/etc/drill/weekly.env"


def test_nothing_in_a_path_is_a_specifier() -> None:
    """A percent sign or a dollar in it means itself."""
    place = replace(PLAN.place, python=Path("/opt/a $b 100%/python"))
    said = read(systemd(replace(PLAN, place=place))[0].text)["Service"]
    assert said["WorkingDirectory"] == "/srv/100%% game's days"
    assert said["ExecStart"] == '"/opt/a $$b 100%%/python" -m drill.cli gameday weekly'


def test_systemd_itself_takes_them(analyze: str, tmp_path: Path) -> None:
    """`systemd-analyze verify` finds nothing to say of either unit."""
    place = replace(PLAN.place, python=Path("/bin/true"), folder=tmp_path)
    files = systemd(replace(PLAN, place=place))
    for file in files:
        (tmp_path / file.name).write_text(file.text)
    command = [analyze, "verify", "--man=no", *(str(tmp_path / file.name) for file in files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "drill" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata"])
def test_systemd_itself_reads_every_day_in_every_zone(analyze: str, zone: str) -> None:
    """Its normal form of each is the same days at the same time in the same zone."""
    windows = [Window(days=WEEK[:many], since=time(many, 59), until=time(23), time_zone=zone) for many in range(1, 8)]
    plans = [replace(PLAN, day=PLAN.day.model_copy(update={"window": each})) for each in windows]
    calendars = [read(systemd(plan)[1].text)["Timer"]["OnCalendar"] for plan in plans]
    done = subprocess.run([analyze, "calendar", *calendars], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    normal = [line.split(": ")[1] for line in done.stdout.splitlines() if "Normalized form" in line]
    assert len(normal) == len(windows)
    for said, window in zip(normal, windows, strict=True):
        assert said.endswith(f"*-*-* {window.since:%H:%M}:00 {zone}")
