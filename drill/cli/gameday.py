"""drill gameday: a scheduled game day: check the rails, announce, break, heal, judge, tell.

examples:
  drill gameday weekly                                          the [gameday.weekly] of drill.toml
  drill gameday weekly --dry-run                                what would be done now; nothing is
  drill gameday weekly --dry-run --now 2026-12-24T10:00+01:00   what would be done then

exit codes: 0 held, 1 broken, 2 undecided or refused, 4 what was asked for cannot be understood
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drill.cli import doctor, heal
from drill.cli.gate import show
from drill.cli.parser import MISUSE
from drill.config import AuroraSettings, Config, DynamoDBSettings, GameDay, Objectives, load
from drill.config.durations import format_duration
from drill.config.problems import nearest
from drill.errors import ConfigError
from drill.gameday.child import Child
from drill.gameday.command import command
from drill.gameday.conduct import Conduct
from drill.gameday.message import Message, Occasion
from drill.gameday.rails import Rails
from drill.gameday.selection import lacking
from drill.gameday.telling import channels, tell
from drill.reporting import gate
from drill.reporting.gate import Judgement
from drill.reporting.seal import key_in
from drill.reporting.secrets import redact
from drill.secrets import know_environment

SUITES = Path(__file__).resolve().parents[2]


def add_to(commands: Any) -> None:
    """Add the command to those of `drill`; argparse does not name the type of what it returns."""
    summary, _, examples = (__doc__ or "").partition("\n\n")
    words = summary.removeprefix("drill gameday: ")
    parser = commands.add_parser(
        "gameday",
        help=words.removesuffix("."),
        description=words,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", help="which [gameday.NAME] of drill.toml")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--now", metavar="MOMENT", help="with --dry-run: as if it were then (ISO 8601, with its zone)")
    parser.set_defaults(
        command=lambda options: run(
            options.drill_toml, options.name, os.environ, dry_run=options.dry_run, at=options.now
        )
    )


def run(drill_toml: Path, name: str, environment: Mapping[str, str], *, dry_run: bool, at: str | None = None) -> int:
    """Conduct a game day, or say what it would be; 4 where drill.toml or an option cannot be understood."""
    try:
        conduct = _conduct(drill_toml, name, environment, now=_clock(at, dry_run=dry_run))
    except ConfigError as error:
        print(f"drill: {error}", file=sys.stderr)
        return MISUSE
    return conduct.plan() if dry_run else conduct.run()


def named(drill_toml: Path, name: str) -> tuple[Config, GameDay]:
    """What drill.toml says of a game day, with its objectives; ConfigError lists those that there are."""
    config = load(drill_toml)
    if not config.gamedays:
        raise ConfigError(f"{config.file}: gameday.{name}: there are no game days; write [gameday.{name}]")
    if name not in config.gamedays:
        raise ConfigError(f"{config.file}: gameday.{name}: no such game day; {nearest(name, config.gamedays)}")
    day = config.gamedays[name]
    for each in day.objectives:
        if each not in Objectives.model_fields:
            remedy = nearest(each, Objectives.model_fields)
            raise ConfigError(f"{config.file}: gameday.{name}.objectives.{each}: no such objective; {remedy}")
    if day.target not in config.targets:
        remedy = nearest(day.target, config.targets)
        raise ConfigError(f"{config.file}: gameday.{name}.target: no such target {day.target}; {remedy}")
    replaced = (f"{each}={format_duration(seconds)}" for each, seconds in day.objectives.items())
    return config.with_objectives(replaced), day


def _conduct(drill_toml: Path, name: str, environment: Mapping[str, str], *, now: Callable[[], datetime]) -> Conduct:
    config, day = named(drill_toml, name)
    know_environment(environment, also=[day.webhook_variable])
    everybody = channels(day, config.target(day.target), environment)
    home = drill_toml.absolute().parent
    rails = Rails(
        config=config,
        day=day,
        home=home,
        environment=environment,
        doctor=lambda target: doctor.run(drill_toml, target, environment) == 0,
        say=_say,
        lacking=lambda: lacking(command(day, drill_toml), cwd=SUITES, environment=environment),
    )

    def tell_everybody(message: Message) -> None:
        tell(message, everybody, say=_say)

    def judge(folder: Path) -> Judgement:
        # This run alone, by the policy of a release: of other runs and other scenarios a game day says nothing.
        policy = config.gate.model_copy(update={"require": _required(day), "target": day.target, "worst_of": 1})
        judgement = gate.judged(
            folder,
            policy,
            now=datetime.now(UTC),
            key=key_in(environment),
            objectives=config.objectives.written(),
        )
        show(judgement)
        gate.write(judgement)
        return judgement

    return Conduct(
        occasion=Occasion(name=name, day=day, target=_described(config, day), objectives=config.objectives.written()),
        drill_toml=drill_toml,
        suites=SUITES,
        # The run tells nobody, and needs no way to.
        environment={key: value for key, value in environment.items() if key != day.webhook_variable},
        child=Child(say=_say),
        rails=rails.check,
        heal=lambda: heal.run(drill_toml, environment) == 0,
        judge=judge,
        tell=tell_everybody,
        say=_say,
        now=now,
        stop=f"kill {os.getpid()} on {socket.gethostname()}",
        host=socket.gethostname(),
        everybody=tuple(map(str, everybody)),
    )


def _required(day: GameDay) -> tuple[str, ...]:
    """The scenarios that the gate knows by their names; who chooses among experiments chooses what there need be."""
    return tuple(each for each in day.scenarios if _is_known(each)) if day.only is None else ()


def _is_known(scenario: str) -> bool:
    try:
        gate.require(scenario)
    except ConfigError:
        return False
    return True


def _described(config: Config, day: GameDay) -> str:
    """The target for people who do not know our drill.toml."""
    match config.target(day.target):
        case AuroraSettings() as settings:
            return f"{day.target}, cluster {settings.cluster} in {settings.region}"
        case DynamoDBSettings() as settings:
            return f"{day.target}, tables {', '.join(settings.tables) or 'of the run'} in {settings.region}"
    return f"{day.target}, a lab of the run's own"


def _clock(at: str | None, *, dry_run: bool) -> Callable[[], datetime]:
    """The clock; another moment where only plans are made, since a window that can be talked round is none."""
    if at is None:
        return lambda: datetime.now(UTC)
    if not dry_run:
        raise ConfigError(f"--now {at}: only with --dry-run; a game day begins when it is time")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise ConfigError(f"--now {at}: is no moment; write it as 2026-12-24T10:00+01:00") from error
    if moment.tzinfo is None:
        raise ConfigError(f"--now {at}: says not in which zone; write {at}Z or {at}+01:00")
    return lambda: moment


def _say(text: str) -> None:
    """A line for whoever reads along, at once: the run's own lines follow. One who has gone ends nothing."""
    with suppress(BrokenPipeError):
        print(f"gameday: {redact(text)}", flush=True)
