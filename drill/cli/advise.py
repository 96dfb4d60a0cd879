"""drill advise: which database a declared workload asks for, and in which way, with the reasons.

examples:
  drill advise docs/examples/workload.toml          a table, decision by decision
  drill advise docs/examples/workload.toml --json   the same for another program
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from drill.advice import Advice, Choice, Recommendation, advise, read

SCHEMA = 1
"""Of what --json prints; a change that a reader must know of raises it."""
_BAD = frozenset({Choice.CONTRADICTION, Choice.TOO_MUCH})


def add_to(commands: Any) -> None:
    """Add the command to those of `drill`; argparse does not name the type of what it returns."""
    summary, _, examples = (__doc__ or "").partition("\n\n")
    words = summary.removeprefix("drill advise: ")
    parser = commands.add_parser(
        "advise",
        help=words.removesuffix("."),
        description=words,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("workload", type=Path, metavar="WORKLOAD.toml", help="the workload, as its team declares it")
    parser.add_argument("--json", action="store_true", help="for another program, not for a person")
    parser.set_defaults(command=lambda options: run(options.workload, as_json=options.json))


def run(path: Path, *, as_json: bool = False, console: Console | None = None) -> int:
    """Print what the file's workload asks for; ConfigError where it says something that cannot be used."""
    advice = advise(read(path))
    if as_json:
        print(json.dumps(_plain(advice), indent=2))
        return 0
    (console or Console()).print(_table(advice))
    return 0


def _plain(advice: Advice) -> dict[str, Any]:
    recommendations = [
        {
            "decision": each.decision,
            "store": each.store,
            "choice": each.choice,
            "because": each.because,
            "rests_on": each.rests_on,
            "would_change": each.would_change,
            "measured": dict(each.measured),
        }
        for each in advice.recommendations
    ]
    return {
        "schema": SCHEMA,
        "workload": advice.workload,
        "stores": advice.stores,
        "recommendations": recommendations,
    }


def _table(advice: Advice) -> Table:
    table = Table(title=Text(advice.workload), box=box.ASCII_DOUBLE_HEAD, show_lines=True, title_justify="left")
    for name in ("decision", "advice", "why"):
        table.add_column(name, overflow="fold")
    for each in advice.recommendations:
        where = f" ({each.store})" if each.store and len(advice.stores) > 1 else ""
        table.add_row(f"{each.decision}{where}", Text(each.choice, style=_style(each.choice)), _why(each))
    return table


def _why(each: Recommendation) -> Text:
    return Text.assemble(
        f"{each.because}\n",
        ("rests on: ", "dim"),
        f"{each.rests_on}\n",
        ("would change it: ", "dim"),
        each.would_change,
    )


def _style(choice: Choice) -> str:
    if choice in _BAD:
        return "bold red"
    return "yellow" if choice is Choice.UNTOLD else "bold"
