"""drill: prove that a database survives.

examples:
  pytest -m failover                        break the embedded lab, and judge how it survives
  pytest -m failover --target staging       the same, on a cluster named in drill.toml
  drill doctor --target staging             what is right and what is missing, with the remedy
  drill heal                                undo what a run that was killed left behind
  drill advise workload.toml                which database a workload asks for, and in which way, with reasons
  drill trends --target staging             whether the newest run is out of line with those before it
  drill gate --require failover             whether the newest run lets a release pass
  drill gameday weekly                      a scheduled game day: announce, break, heal, judge, tell
  drill schedule weekly --as systemd        when it takes place, for a scheduler that is there already
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from pathlib import Path

from drill.cli import advise, doctor, gameday, gate, heal, schedule, trends
from drill.cli.parser import Parser
from drill.errors import DrillError
from drill.reporting.secrets import redact
from drill.secrets import know_environment


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 when it is not, 2 when it cannot be told.

    What nobody expected is 2 as well, in one line; with DRILL_DEBUG in the environment after its traceback.
    """
    options = _parser().parse_args(arguments)
    know_environment(os.environ)
    try:
        return int(options.command(options))
    except DrillError as error:
        print(f"drill: {error}", file=sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - Python's own 1 would say that something is broken
        if os.environ.get("DRILL_DEBUG"):
            print(redact(traceback.format_exc()), file=sys.stderr)
        words = redact(" ".join(str(error).split()))
        print(f"drill: {type(error).__name__}: {words}; DRILL_DEBUG=1 shows where", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("drill: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    summary, _, examples = (__doc__ or "").partition("\n\n")
    parser = Parser(
        prog="drill",
        description=summary.removeprefix("drill: "),
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--drill-toml",
        type=Path,
        default=Path("drill.toml"),
        metavar="FILE",
        help="targets and objectives (drill.toml)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    look = commands.add_parser("doctor", help="say line by line what is right and what is missing")
    look.add_argument("--target", default="lab", metavar="NAME", help="which [target.NAME] of drill.toml (lab)")
    look.set_defaults(command=lambda options: doctor.run(options.drill_toml, options.target, os.environ))
    undo = commands.add_parser("heal", help="undo what a run that was killed left behind")
    undo.set_defaults(command=lambda options: heal.run(options.drill_toml, os.environ))
    advise.add_to(commands)
    trends.add_to(commands)
    gate.add_to(commands)
    gameday.add_to(commands)
    schedule.add_to(commands)
    return parser
