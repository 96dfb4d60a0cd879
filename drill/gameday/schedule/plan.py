"""What every schedule is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from drill.config import GameDay
from drill.config.gameday import WEEK
from drill.errors import ConfigError
from drill.gameday.child import HEALS_WITHIN_S
from drill.gameday.schedule.needs import Needs

CRON_DAYS = ("1", "2", "3", "4", "5", "6", "0")
"""Of Monday and those after it; every cron knows Sunday as 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the game day is run: which Python, in which folder; or what a cloud starts, as whom.

    `image` is a container's, `run` the ARN of what EventBridge starts, `role` that of who may.
    """

    python: Path
    folder: Path
    drill_toml: str = "drill.toml"
    image: str | None = None
    run: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which game day is begun when, and where, and what it needs there."""

    name: str
    day: GameDay
    place: Place
    needs: Needs = field(default_factory=Needs)

    @property
    def words(self) -> tuple[str, ...]:
        """The command, to be run in the folder."""
        return (str(self.place.python), "-m", "drill.cli", *self.arguments)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What comes after `drill`."""
        elsewhere = () if self.place.drill_toml == "drill.toml" else ("--drill-toml", self.place.drill_toml)
        return (*elsewhere, "gameday", self.name)

    @property
    def unit(self) -> str:
        """What it is called among everything else that is scheduled: letters, digits and hyphens."""
        return f"drill-gameday-{self.name}".lower().replace("_", "-").strip("-")

    @property
    def cron(self) -> str:
        """The five fields of POSIX's crontab."""
        window = self.day.window
        days = ",".join(CRON_DAYS[WEEK.index(each)] for each in self.days)
        return f"{window.since.minute} {window.since.hour} * * {'*' if len(self.days) == len(WEEK) else days}"

    @property
    def days(self) -> tuple[str, ...]:
        """The days of its window, in the order of the week."""
        return tuple(each for each in WEEK if each in self.day.window.days)

    @property
    def lasts_s(self) -> int:
        """The longest that all of it can last: the run, healing, and telling people."""
        return round(self.day.longest + HEALS_WITHIN_S + 300)

    @property
    def wanted(self) -> tuple[str, ...]:
        """Comments, for a machine: what the file of variables must hold; none where nothing is needed."""
        lines = [f"# {self.variables_file}, for this user's eyes alone, must hold:"]
        lines += [f"#   {each}='...'" for each in self.needs.variables]
        return tuple(lines) if self.needs.variables else ()

    @property
    def variables_file(self) -> str:
        """Where a machine keeps what is secret; lines of NAME='value' are the same to a shell and to systemd."""
        return f"/etc/drill/{self.name}.env"

    def require_no_profile(self, where: str) -> None:
        """ConfigError for a target that is reached by a profile, which only the machines of people have."""
        if self.needs.profile:
            raise ConfigError(
                f"target.{self.day.target}.profile: there is no profile {self.needs.profile} {where}; name a target "
                "without one, and give the role there what it needs"
            )

    def required(self, option: str, value: str | None, example: str) -> str:
        """An option that only some schedulers need; ConfigError shows what to write."""
        if not value:
            raise ConfigError(f"{option}: missing value; write {option} {example}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a schedule, and its text."""

    name: str
    text: str


Scheduler = Callable[[Plan], tuple[File, ...]]
"""The files by which a scheduler begins a game day; ConfigError where it cannot."""
