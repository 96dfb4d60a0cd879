"""A crontab: five fields, a time zone, and a command that a shell understands."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from drill.config.gameday import WEEK
from drill.gameday.schedule import Plan
from drill.gameday.schedule.cron import cron
from drill.gameday.schedule.plan import CRON_DAYS
from tests.drill.gameday.schedule.plans import PLAN, SILENT, plans
from tests.drill.histories import property_test


def lines(plan: Plan) -> list[str]:
    """Those of its file."""
    (file,) = cron(plan)
    return file.text.splitlines()


def test_it_begins_when_its_window_opens() -> None:
    """In its own zone, on its days in the order of the week, by the right Python, in the right folder."""
    comment, zone, line = lines(SILENT)
    assert comment.startswith("# drill gameday weekly")
    assert zone == "CRON_TZ=Europe/Berlin"
    assert line.startswith("30 9 * * 2,4 cd ")
    assert line.endswith("&& /opt/drill/.venv/bin/python -m drill.cli gameday weekly")


def test_a_percent_sign_is_no_newline() -> None:
    """Else cron would hand over what follows it on standard input."""
    command = lines(SILENT)[2].split(maxsplit=5)[5]
    assert command.count("%") == command.count(r"\%") == 1


def test_the_command_runs_in_a_shell(tmp_path: Path) -> None:
    """What cron hands to the shell, once percent signs are its own again, leads to the folder."""
    folder = tmp_path / "100% game's days"
    folder.mkdir()
    place = PLAN.place
    plan = Plan(name="weekly", day=PLAN.day, place=type(place)(python=Path("/bin/echo"), folder=folder))
    command = lines(plan)[2].split(maxsplit=5)[5].replace(r"\%", "%")
    done = subprocess.run(["/bin/sh", "-c", f"{command}; pwd"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["-m drill.cli gameday weekly", str(folder)]


def test_nothing_is_begun_without_what_it_needs(tmp_path: Path) -> None:
    """The variables come from a file, and reach the command; where the file is missing, nothing runs."""
    place = replace(PLAN.place, python=Path("/usr/bin/env"), folder=tmp_path)
    *comments, _, line = lines(replace(PLAN, place=place))
    assert comments[1:] == [
        "# /etc/drill/weekly.env, for this user's eyes alone, must hold:",
        "#   DRILL_WEBHOOK='...'",
        "#   DRILL_SIGNING_KEY='...'",
    ]
    secrets = tmp_path / "weekly.env"
    command = line.split(maxsplit=5)[5].replace("/etc/drill/weekly.env", str(secrets)).replace("-m drill.cli", "")
    command = command.removesuffix("gameday weekly")
    missing = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (missing.returncode != 0, missing.stdout) == (True, "")
    url = "https://hooks.example.com/a b?x=$HOME&y=1;z#w"
    secrets.write_text("".join(f"{each[1:].strip()}\n" for each in comments[2:]).replace("...", url))
    given_it = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert f"DRILL_WEBHOOK={url}" in given_it.stdout.splitlines()
    assert given_it.stderr == ""


@property_test
@given(plan=plans)
def test_the_fields_say_the_window(plan: Plan) -> None:
    """Read back, they are its hour, its minute and its days; every day is a star."""
    minute, hour, day, month, weekdays, *command = lines(plan)[2].split(maxsplit=5)
    window = plan.day.window
    assert (int(hour), int(minute), day, month) == (window.since.hour, window.since.minute, "*", "*")
    known = dict(zip(CRON_DAYS, WEEK, strict=True))
    assert {known[each] for each in (CRON_DAYS if weekdays == "*" else weekdays.split(","))} == set(window.days)
    assert shlex.split(command[0].replace(r"\%", "%"))[:2] == ["cd", str(plan.place.folder)]


def test_cron_itself_takes_it(tmp_path: Path) -> None:
    """By crontab's own check: -T is cronie's, -n Debian's."""
    crontab = shutil.which("crontab")
    if crontab is None:
        pytest.skip("no crontab here: apt-get install cron")
    path = tmp_path / "crontab"
    path.write_text("\n".join(lines(PLAN)) + "\n")
    checks = [subprocess.run([crontab, option, str(path)], capture_output=True, check=False) for option in ("-T", "-n")]
    assert any(each.returncode == 0 for each in checks), [each.stderr for each in checks]
