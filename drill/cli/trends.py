"""drill trends: how recovery, loss and latency lie over the last runs, and whether the newest is out of line.

examples:
  drill trends                                     every experiment of the runs in reports/, or in [store] of drill.toml
  drill trends --target staging --last 30          the last thirty runs on one target
  drill trends --store s3://release-evidence/drill the runs that are kept there
  drill trends --json                              the same for another program

exit codes: 0 nothing is out of line, 1 something is, 2 it cannot be told, 4 misuse
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from drill.cli.parser import MISUSE
from drill.config import load
from drill.errors import ConfigError, DrillError
from drill.reporting.store import Local, Recent, Store, store_at, summaries
from drill.reporting.trends import Finding, Standing, all_series, findings
from drill.reporting.trends.plain import plain
from drill.reporting.trends.table import show

IN_LINE, OUT_OF_LINE, UNTOLD = 0, 1, 2
LAST = 50
WIDE = 150
"""Columns of the table where there is no terminal to ask."""


def add_to(commands: Any) -> None:
    """Add the command to those of `drill`; argparse does not name the type of what it returns."""
    summary, _, examples = (__doc__ or "").partition("\n\n")
    words = summary.removeprefix("drill trends: ")
    parser = commands.add_parser(
        "trends",
        help=words.removesuffix("."),
        description=words,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--target", metavar="NAME", help="only runs on this target; without it each by itself")
    parser.add_argument("--last", type=_number, default=LAST, metavar="N", help=f"how many runs ({LAST})")
    parser.add_argument("--store", metavar="PLACE", help="s3://bucket/prefix, or a folder such as reports")
    parser.add_argument("--json", action="store_true", help="for another program, not for a person")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace, console: Console | None = None) -> int:
    """Print the trends, and return what is to be thought of the newest run; never 1 for anything but what was found."""
    try:
        config = load(options.drill_toml)
        place = options.store or config.store.url or str(Path(config.file).absolute().parent / "reports")
        store = store_at(place, config.store)
    except ConfigError as error:
        print(f"drill: {error}", file=sys.stderr)
        return MISUSE
    try:
        return _run(store, options, console)
    except DrillError as error:
        print(f"drill: {error}", file=sys.stderr)
    except Exception as error:  # noqa: BLE001 - whatever we trip over ourselves is no finding about a database
        print(f"drill: trends cannot be told: {type(error).__name__}: {error}", file=sys.stderr)
    return UNTOLD


def _run(store: Store, options: argparse.Namespace, console: Console | None) -> int:
    recent = summaries(store, last=options.last, target=options.target)
    for name, reason in recent.unreadable.items():
        print(f"drill: {name} is left out: {reason}", file=sys.stderr)
    found = findings(all_series(recent.runs))
    if options.json:
        print(json.dumps(plain(found, store=str(store), unreadable=recent.unreadable), indent=2))
    elif found:
        show(found, console or Console(width=None if sys.stdout.isatty() else WIDE))
    elif isinstance(store, Local) and not store.runs.is_dir():
        print(f"drill: {store}: is not there; run a suite first, or name another folder", file=sys.stderr)
    else:
        on = f" on {options.target}" if options.target else ""
        print(f"drill: {store}: no run{on} measured anything; run a suite first", file=sys.stderr)
    return _thought(found, recent)


def _thought(found: tuple[Finding, ...], recent: Recent) -> int:
    """Out of line before untold, untold before in line: what was not measured, or read, is never taken for good."""
    standings = {each.standing for each in found}
    if Standing.OUT_OF_LINE in standings:
        return OUT_OF_LINE
    if Standing.NOT_MEASURED in standings or Standing.IN_LINE not in standings or recent.newest_is_unreadable:
        return UNTOLD
    return IN_LINE


def _number(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of runs; write one such as {LAST}")
    return int(text)
