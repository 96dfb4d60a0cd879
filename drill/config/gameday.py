"""[gameday.NAME] of drill.toml: who is troubled, with what, when, what ends it, and who is told."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, model_validator

from drill.config.durations import Duration
from drill.config.section import Section, Text

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING_DAYS = WEEK[:5]
MIDNIGHT = "24:00"


def _hour(text: object) -> object:
    """A time of day is written in quotes, "09:30", as people do; TOML's own 09:30:00 is taken as well."""
    if not isinstance(text, str):
        return text
    if text == MIDNIGHT:
        return time.max
    if not re.fullmatch(r"[0-2]?[0-9]:[0-5][0-9]", text):
        raise ValueError(f'"{text}" is no time of day; write it as "09:30"')
    hour, minute = (int(part) for part in text.split(":"))
    if hour > 23:
        raise ValueError(f'"{text}" is no time of day; write it as "09:30"')
    return time(hour, minute)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f'"{name}" is no time zone; write one of the IANA database, as in "Europe/Berlin"')
    return name


def _variable(name: str) -> str:
    """Say nothing of what stands there: it may be the URL itself."""
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        raise ValueError('no name of a variable; write one as in "DRILL_WEBHOOK", and export the URL under that name')
    return name


def _topic(arn: str) -> str:
    if not re.fullmatch(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:.+", arn):
        raise ValueError('no topic; write its ARN, as in "arn:aws:sns:eu-west-1:123456789012:gamedays"')
    return arn


Hour = Annotated[time, BeforeValidator(_hour)]


class Window(Section):
    """When a game day may begin: on these days, between these times of day in this zone, and not on these dates.

    `until` is not included, and "24:00" is the end of the day. A window never spans midnight.
    """

    days: Annotated[tuple[Day, ...], Field(strict=False, min_length=1)] = WORKING_DAYS
    since: Hour = time(9, 0)
    until: Hour = time(16, 0)
    time_zone: Annotated[Text, AfterValidator(_zone)] = "UTC"
    blackouts: Annotated[tuple[date, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.since >= self.until:
            raise ValueError(f"since {self.since:%H:%M} is not before until {self.until:%H:%M}; swap them")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The zone that its days and hours are meant in."""
        return ZoneInfo(self.time_zone)


class GameDay(Section):
    """One kind of game day: `scenarios` are markers of pytest, each run `repeat` times on `target`.

    `only` chooses among their experiments by name, as pytest's -k does. `objectives` replace those of the file. After
    `longest` the run is ended, and heals. `stop_alarms` are CloudWatch alarms: one that rings before is a refusal, one
    that rings midway ends it. `webhook_variable` names the variable of the environment in which the URL of a
    Slack-compatible webhook stands, since such a URL is a password; `sns_topic` is the ARN of a topic.
    """

    target: Annotated[Text, Field(examples=["staging"])]
    scenarios: Annotated[tuple[Text, ...], Field(strict=False, min_length=1, examples=[["failover"]])]
    only: Annotated[Text, Field(examples=["crash or partitioned"])] | None = None
    repeat: PositiveInt = 1
    longest: Annotated[Duration, Field(gt=0)] = 2 * 3600.0
    objectives: dict[str, Duration] = Field(default={})
    window: Window = Window()
    stop_alarms: Annotated[tuple[Text, ...], Field(strict=False, max_length=100)] = ()
    webhook_variable: Annotated[str, AfterValidator(_variable), Field(examples=["DRILL_WEBHOOK"])] | None = None
    sns_topic: Annotated[str, AfterValidator(_topic)] | None = None
