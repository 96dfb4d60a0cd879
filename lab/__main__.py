"""python -m lab: a three-zone PostgreSQL cluster and DynamoDB behind AWS-compatible APIs, on this machine.

examples:
  python -m lab up                          start the lab, print how to reach it
  python -m lab check                       before that: is anything missing here?
  python -m lab up --name two --json        another one beside it, described as JSON
  python -m lab up --only dynamodb          no cluster: up in seconds
  python -m lab up --fault-in two-writers   a deliberately defective one
  python -m lab status
  python -m lab logs --zone a
  python -m lab down                        this one; --all: every one
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from lab import life, sabotage
from lab.check import checks
from lab.errors import LabError, NotRunning
from lab.layout import AURORA, SERVICES, Layout, folder_of


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when done, 1 when there is no such lab, 2 when it cannot be done."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1 if isinstance(error, NotRunning) else 2
    except KeyboardInterrupt:
        print("lab: interrupted; nothing was left behind", file=sys.stderr)
        return 130


def _up(options: argparse.Namespace) -> int:
    lab = life.up(
        options.name,
        zones=options.zones,
        fault_in=options.fault_in,
        endpoint_lag_s=options.endpoint_lag,
        api_port=options.port,
        services=(options.only,) if options.only else SERVICES,
        progress=lambda text: print(f"  {text} ...", file=sys.stderr),
    )
    _describe(lab, as_json=options.json)
    return 0


def _status(options: argparse.Namespace) -> int:
    _describe(life.status(options.name), as_json=options.json)
    return 0


def _down(options: argparse.Namespace) -> int:
    chosen = life.names() if options.all else [options.name]
    ended = [name for name in chosen if life.down(name)]
    print(f"ended: {', '.join(ended)}" if ended else "nothing was up")
    return 0


def _logs(options: argparse.Namespace) -> int:
    layout = Layout.load(folder_of(options.name))
    letters = [zone.letter for zone in layout.zones]
    if options.zone and options.zone not in letters:
        raise LabError(f"there is no zone {options.zone!r}; there are: {', '.join(letters)}")
    where = f"zone-{options.zone}" if options.zone else "."
    for path in sorted(Path(layout.folder, where).rglob("*.log*")):
        if not path.is_file() or "data" in path.relative_to(layout.folder).parts:
            continue
        for line in path.read_text(errors="replace").splitlines()[-max(options.lines, 1) :]:
            print(f"{path.relative_to(layout.folder)}: {line}")
    return 0


def _check(_: argparse.Namespace) -> int:
    missing = 0
    for what, said, right in checks():
        missing += not right
        print(f"{'ok     ' if right else 'MISSING'}  {what}: {said}")
    return 1 if missing else 0


def _describe(lab: life.Lab, *, as_json: bool) -> None:
    if as_json:
        print(lab.as_json())
        return
    took = f" in {lab.started_in_s:g} s" if lab.started_in_s else ""
    defect = f", with the fault {lab.fault_in} built in" if lab.fault_in else ""
    print(f"the lab {lab.name!r} is up{took}{defect}")
    if AURORA in lab.services:
        _describe_aurora(lab)
    if lab.dynamodb_endpoint_url:
        regions = f"regions {lab.dynamodb_region} and {lab.replica_region}"
        print(f"  DynamoDB      {lab.dynamodb_endpoint_url}   ({regions}, any credentials)")
        print(f"  aws dynamodb list-tables --endpoint-url {lab.dynamodb_endpoint_url} --region {lab.dynamodb_region}")


def _describe_aurora(lab: life.Lab) -> None:
    print(f"  endpoint URL  {lab.endpoint_url}   (region {lab.region}, any credentials)")
    print(f"  writer        {lab.writer}:{lab.port}")
    print(f"  reader        {lab.reader}:{lab.port}")
    print(f"  CA            {lab.ca_file}   (sslmode=verify-full)")
    print(f"  secret        {lab.secret}   in its Secrets Manager: user, password, database")
    here = f"--endpoint-url {lab.endpoint_url} --region {lab.region}"
    print(f"  aws secretsmanager get-secret-value --secret-id {lab.secret} --query SecretString --output text {here}")
    print(f"  aws rds describe-db-clusters {here}")
    print(f"  psql {shlex.quote(lab.conninfo)}")


def _parser() -> argparse.ArgumentParser:
    summary, _, examples = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m lab", description=summary, epilog=examples, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: object, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--name", default="lab", help="which lab; several can stand beside each other")
        sub.set_defaults(command=function)
        return sub

    up = command("up", _up, "start a lab; it stays up until it is taken down")
    up.add_argument("--zones", type=int, default=3, help="availability zones, an instance in each (3)")
    up.add_argument("--only", choices=SERVICES, help="one of its services alone")
    up.add_argument("--fault-in", choices=sabotage.NAMES, help="build a defect in, to see whether it is noticed")
    up.add_argument(
        "--endpoint-lag",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="the writer endpoint leads to the old writer for so long after a failover, as stale DNS does",
    )
    up.add_argument(
        "--port", type=int, default=0, help="port of the AWS APIs of Aurora, or of --only (one that is free)"
    )
    up.add_argument("--json", action="store_true", help="describe it as JSON")
    status = command("status", _status, "say how to reach a lab that is up")
    status.add_argument("--json", action="store_true", help="describe it as JSON")
    command("check", _check, "say what a lab needs of this machine, and what is missing")
    down = command("down", _down, "end a lab: no process and no file of it stays")
    down.add_argument("--all", action="store_true", help="end every lab")
    logs = command("logs", _logs, "show the ends of a lab's logs")
    logs.add_argument("--zone", help="those of one zone: a, b or c")
    logs.add_argument("--lines", type=int, default=20, help="lines of each (20)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
