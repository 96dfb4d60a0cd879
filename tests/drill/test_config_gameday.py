"""[gameday.NAME] of drill.toml: what it may say, and one line for what it may not."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from drill.config import GameDay, Window
from drill.config.gameday import WORKING_DAYS
from drill.config.loading import parse
from drill.errors import ConfigError

FILE = Path("drill.toml")
LEAST = '[gameday.weekly]\ntarget = "lab"\nscenarios = ["failover"]\n'
ALL = """
[gameday.weekly]
target = "lab"
scenarios = ["failover", "dynamodb and timeouts"]
only = "crash"
repeat = 3
longest = "90m"
stop_alarms = ["too many errors"]
webhook_variable = "TEAM_HOOK"
sns_topic = "arn:aws:sns:eu-west-1:123456789012:gamedays"
[gameday.weekly.objectives]
recovery_time = "30s"
[gameday.weekly.window]
days = ["tue", "thu"]
since = "9:30"
until = 12:00:00
time_zone = "Europe/Berlin"
blackouts = [2026-12-24]
"""


def test_everything_that_it_may_say() -> None:
    """Times in quotes or as TOML's own, dates as TOML's, durations with a unit."""
    day = parse(ALL, FILE).gamedays["weekly"]
    assert day == GameDay(
        target="lab",
        scenarios=("failover", "dynamodb and timeouts"),
        only="crash",
        repeat=3,
        longest=5400.0,
        stop_alarms=("too many errors",),
        webhook_variable="TEAM_HOOK",
        sns_topic="arn:aws:sns:eu-west-1:123456789012:gamedays",
        objectives={"recovery_time": 30.0},
        window=Window(
            days=("tue", "thu"),
            since=time(9, 30),
            until=time(12),
            time_zone="Europe/Berlin",
            blackouts=(date(2026, 12, 24),),
        ),
    )


def test_the_least_that_it_must_say() -> None:
    """On working days, in working hours, for two hours at most, telling nobody."""
    day = parse(LEAST, FILE).gamedays["weekly"]
    assert (day.window.days, day.window.since, day.window.until) == (WORKING_DAYS, time(9), time(16))
    assert (day.longest, day.repeat, day.stop_alarms, day.webhook_variable, day.sns_topic) == (
        7200.0,
        1,
        (),
        None,
        None,
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('since = "25:00"', 'gameday.weekly.window.since: "25:00" is no time of day; write it as "09:30"'),
        ('since = "9.30"', 'gameday.weekly.window.since: "9.30" is no time of day; write it as "09:30"'),
        ('since = "24:00"', "gameday.weekly.window: since 23:59 is not before until 16:00; swap them"),
        ('since = "17:00"', "gameday.weekly.window: since 17:00 is not before until 16:00; swap them"),
        ('time_zone = "Berlin"', 'gameday.weekly.window.time_zone: "Berlin" is no time zone; write one of the IANA'),
        ('blackout = ["2026-12-24"]', 'gameday.weekly.window.blackout: unknown key; did you mean "blackouts"?'),
    ],
)
def test_a_window_that_cannot_be(line: str, why: str) -> None:
    """File, key, and what to write."""
    with pytest.raises(ConfigError) as error:
        parse(f"{LEAST}[gameday.weekly.window]\n{line}\n", FILE)
    assert str(error.value).startswith(f"drill.toml: {why}")


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ('days = ["monday"]', "gameday.weekly.window.days"),
        ("days = []", "gameday.weekly.window.days"),
        ('blackouts = ["2026-13-01"]', "gameday.weekly.window.blackouts"),
    ],
)
def test_days_that_there_are_not(line: str, where: str) -> None:
    """The key is named."""
    with pytest.raises(ConfigError, match=f"^drill.toml: {where}"):
        parse(f"{LEAST}[gameday.weekly.window]\n{line}\n", FILE)


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("longest = 90", "gameday.weekly.longest: 90 has no unit"),
        ('longest = "0s"', "gameday.weekly.longest: out of range"),
        ('webhook_variable = "https://hooks.example.com/x"', "gameday.weekly.webhook_variable: no name of a variable"),
        ('sns_topic = "gamedays"', "gameday.weekly.sns_topic: no topic; write its ARN"),
        ("repeat = 0", "gameday.weekly.repeat: out of range"),
        ("objectives = {recovery_time = 30}", "gameday.weekly.objectives.recovery_time: 30 has no unit"),
        ('stop_alarm = ["x"]', 'gameday.weekly.stop_alarm: unknown key; did you mean "stop_alarms"?'),
    ],
)
def test_a_game_day_that_cannot_be(line: str, where: str) -> None:
    """A URL in place of a variable's name is not shown: it is a password."""
    with pytest.raises(ConfigError) as error:
        parse(LEAST + line, FILE)
    assert str(error.value).startswith(f"drill.toml: {where}")
    assert "hooks.example.com" not in str(error.value)


def test_a_game_day_without_scenarios_is_none() -> None:
    """It would break nothing, and hold."""
    with pytest.raises(ConfigError, match=r"gameday\.weekly\.scenarios: "):
        parse('[gameday.weekly]\ntarget = "lab"\nscenarios = []\n', FILE)
