r"""drill schedule: a game day's window as the schedule of a scheduler that is there already.

examples:
  drill schedule weekly --as cron > weekly.cron && crontab weekly.cron
  drill schedule weekly --as systemd --into /etc/systemd/system && systemctl enable --now drill-gameday-weekly.timer
  drill schedule weekly --as github --into .github/workflows
  drill schedule weekly --as eventbridge --run ARN --role ARN --into . \
    && aws scheduler create-schedule --cli-input-json file://drill-gameday-weekly.json
  drill schedule weekly --as kubernetes --image registry.example.com/drill:1 | kubectl apply -f -

crontab replaces the whole crontab of its user: give the game days a user of their own, or add the lines by hand.
Blackout dates stand in no schedule: a game day that is begun on one refuses. Nor do secrets: the schedule says where it
takes the variables from that the game day needs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from drill.cli.gameday import named
from drill.cli.parser import MISUSE
from drill.errors import ConfigError
from drill.gameday.schedule import SCHEDULERS, File, Place, Plan, needs
from drill.reporting.files import write_atomically


def add_to(commands: Any) -> None:
    """Add the command to those of `drill`; argparse does not name the type of what it returns."""
    summary, _, examples = (__doc__ or "").partition("\n\n")
    words = summary.removeprefix("drill schedule: ")
    parser = commands.add_parser(
        "schedule",
        help=words.removesuffix("."),
        description=words,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", help="which [gameday.NAME] of drill.toml")
    parser.add_argument("--as", required=True, choices=SCHEDULERS, dest="scheduler", help="for which scheduler")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="write the files there, rather than print them")
    parser.add_argument("--run", metavar="ARN", help="eventbridge: what it starts, such as a CodeBuild project")
    parser.add_argument("--role", metavar="ARN", help="eventbridge: as whom it starts that; github: as whom it breaks")
    parser.add_argument("--image", metavar="IMAGE", help="kubernetes: the image that drill and drill.toml are in")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Print or write a schedule; 4 where what it needs was not said."""
    drill_toml: Path = options.drill_toml.absolute()
    # Not resolved: the link in a virtual environment is what makes it one.
    place = Place(
        python=Path(sys.executable),
        folder=drill_toml.parent,
        drill_toml=drill_toml.name,
        run=options.run,
        role=options.role,
        image=options.image,
    )
    try:
        config, day = named(options.drill_toml, options.name)
        plan = Plan(name=options.name, day=day, place=place, needs=needs(config, day))
        files = SCHEDULERS[options.scheduler](plan)
    except ConfigError as error:
        print(f"drill: {error}", file=sys.stderr)
        return MISUSE
    return _write(files, options.into) if options.into else _print(files)


def _print(files: tuple[File, ...]) -> int:
    """Several below each other, each under its name, as a comment."""
    for file in files:
        print(f"# {file.name}\n{file.text}" if len(files) > 1 else file.text, end="")
    return 0


def _write(files: tuple[File, ...], folder: Path) -> int:
    for file in files:
        try:
            write_atomically(folder / file.name, file.text)
        except OSError as error:
            print(f"drill: {folder / file.name}: cannot be written: {error.strerror}", file=sys.stderr)
            return MISUSE
        print(f"written: {folder / file.name}")
    return 0
