"""drill gate: whether a run lets a release pass, judged by its summary and by the policy of drill.toml.

examples:
  drill gate                                          the newest run, by [gate] of drill.toml
  drill gate --require failover,connections           it must have executed both
  drill gate --target staging --max-age 24h           it must be of that target, and of today
  drill gate reports/runs/20261122T143000Z-lab        another run: its folder, its summary.json or its name
  drill gate --worst-of 3                             the last three runs on the target must hold, not the newest alone
  DRILL_SIGNING_KEY=... drill gate --signed           its signature must be valid

exit codes:
  0  held
  1  broken: a promise that blocks does not hold
  2  undecided: no evidence, or evidence that is missing, stale, altered or unreadable
  4  misuse: an option, drill.toml or a required name that cannot be used

gate.json and gate.xml (JUnit) are written beside the run's summary.json; what an earlier gate left there is removed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from drill.cli.parser import MISUSE
from drill.config import GateSettings, load, parse_duration
from drill.errors import ConfigError
from drill.reporting.gate import Judgement, as_json, judged, table, write
from drill.reporting.gate.judgement import EXIT_CODES
from drill.reporting.gate.requirements import require
from drill.reporting.seal import RULINGS, SUMMARY, key_in
from drill.reporting.secrets import redact
from drill.reporting.store import Store, store_at
from drill.verdict import Ruling

LATEST = "latest"
WIDE = 150
"""Columns of the table where there is no terminal to ask."""


def add_to(commands: Any) -> None:
    """Add the command to those of `drill`; argparse does not name the type of what it returns."""
    summary, _, examples = (__doc__ or "").partition("\n\n")
    words = summary.removeprefix("drill gate: ")
    parser = commands.add_parser(
        "gate",
        help=words.removesuffix("."),
        description=words,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("run", nargs="?", default=LATEST, metavar="RUN", help="a folder, a summary, a name (latest)")
    parser.add_argument(
        "--require",
        action="append",
        default=[],
        metavar="NAME,...",
        help="markers or scenarios that must have been executed, beside those of [gate] require",
    )
    parser.add_argument("--target", metavar="NAME", help="the target that the run must be of")
    parser.add_argument("--max-age", metavar="DURATION", help="how long ago the run may have finished, as in 7d")
    parser.add_argument("--worst-of", metavar="N", help="the last N runs on the target must hold")
    parser.add_argument("--store", metavar="PLACE", help="where those before it are kept: s3://bucket/prefix, a folder")
    parser.add_argument("--signed", action="store_true", help="demand a valid signature")
    parser.add_argument("--json", action="store_true", help="for another program, not for a person")
    parser.set_defaults(command=lambda options: run(options, os.environ, now=datetime.now(UTC)))


def run(
    options: argparse.Namespace, environment: Mapping[str, str], *, now: datetime, console: Console | None = None
) -> int:
    """Judge, leave the ruling beside the run, and print it; never 0 or 1 for anything but what was judged."""
    try:
        folder = place(options.run, options.drill_toml.absolute().parent / "reports")
        stays = _withdrawn(folder)
        policy, key = policy_of(options), key_in(environment)
        objectives = load(options.drill_toml).objectives.written()
        kept = store_of(options) if policy.worst_of > 1 or options.store else None
        judgement = judged(folder, policy, now=now, key=key, kept=kept, objectives=objectives)
        unwritten = _written(judgement) or stays
        if options.json:
            print(json.dumps(as_json(judgement), indent=2))
        else:
            show(judgement, console)
    except ConfigError as error:
        return _complain(str(error), MISUSE)
    except Exception as error:  # noqa: BLE001 - whatever the gate itself trips over, the release does not pass
        return _complain(f"gate: undecided: {type(error).__name__}: {error}", EXIT_CODES[Ruling.UNDECIDED])
    if unwritten is not None:
        return _complain(unwritten, judgement.exit_code or EXIT_CODES[Ruling.UNDECIDED])
    return judgement.exit_code


def policy_of(options: argparse.Namespace) -> GateSettings:
    """The policy of drill.toml with what the options ask for; ConfigError for whatever cannot be used."""
    file: Path = options.drill_toml
    if not file.exists() and file != Path("drill.toml"):
        raise ConfigError(f"{file}: the file: is not there; name one that is, or leave --drill-toml out")
    policy = load(file).gate
    required = [name.strip() for names in options.require for name in names.split(",")]
    changed: dict[str, object] = {"require": (*policy.require, *required)}
    if options.target is not None:
        changed["target"] = options.target
    if options.max_age is not None:
        changed["max_age"] = _age(options.max_age)
    if options.worst_of is not None:
        changed["worst_of"] = _count(options.worst_of)
    if options.signed:
        changed["signed"] = True
    policy = policy.model_copy(update=changed)
    for name in policy.require:
        require(name)
    return policy


def store_of(options: argparse.Namespace) -> Store | None:
    """Where runs are kept beside reports/, if anywhere: as the option says, or else [store] of drill.toml."""
    settings = load(options.drill_toml).store
    place = options.store or settings.url
    return None if place is None else store_at(place, settings)


def place(asked: str, reports: Path) -> Path:
    """The folder of a run: of `latest`, of a folder or summary.json, or of a name under reports/runs."""
    if not asked:
        raise ConfigError("RUN: is empty; name a run, or leave it out for the newest")
    if asked == LATEST:
        return reports / LATEST
    path = Path(asked)
    if path.name == SUMMARY:
        return path.parent
    return path if path.exists() else reports / "runs" / asked


def _age(text: str) -> float:
    try:
        age_s = parse_duration(text)
    except ValueError as error:
        raise ConfigError(f"--max-age {text}: {error}") from error
    if not age_s:
        raise ConfigError(f"--max-age {text}: nothing is as young as that; write a longer duration such as 7d")
    return age_s


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise ConfigError(f"--worst-of {text}: is no number of runs; write 1 or more")
    return int(text)


def _withdrawn(folder: Path) -> str | None:
    """Remove what an earlier gate ruled, so that it does not stay whatever becomes of this one; say what kept it."""
    for ruling in sorted(RULINGS):
        path = folder / ruling
        try:
            if path.is_file():
                path.unlink()
        except OSError as error:
            return f"{path}: an earlier ruling: cannot be removed ({error.strerror}); make the folder writable"
    return None


def _written(judgement: Judgement) -> str | None:
    """Write the ruling where there is a run; say what kept it from being written, so that nothing passes unseen."""
    if not (judgement.folder / SUMMARY).is_file():
        return None
    try:
        write(judgement)
    except OSError as error:
        return f"{judgement.folder}: the ruling: cannot be written ({error.strerror}); make the folder writable"
    return None


def show(judgement: Judgement, console: Console | None = None) -> None:
    """Print its table, wide enough where there is no terminal, in what characters there are."""
    console = console or Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    laid = table(judgement)
    if console.encoding.startswith("utf"):
        console.print(laid)
        return
    with console.capture() as captured:
        console.print(laid)
    print(captured.get().encode(console.encoding, "backslashreplace").decode(console.encoding))


def _complain(words: str, code: int) -> int:
    print(f"drill: {redact(words)}", file=sys.stderr)
    return code
