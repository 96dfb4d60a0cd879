"""Make the Allure report: `make report`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from drill.errors import DrillError
from drill.reporting.allure.build import Builder


def main(arguments: list[str] | None = None) -> int:
    """Say where the report is, and 0; or in a line what is missing, and 2."""
    parser = argparse.ArgumentParser(prog="python -m drill.reporting.allure", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(), help="the folder that reports/ lies in")
    parser.add_argument("--tools", type=Path, default=Path(".allure"), help="where npm's allure is installed")
    parser.add_argument("--settings", type=Path, default=Path("allurerc.mjs"), help="what Allure is told of it")
    told = parser.parse_args(arguments)
    builder = Builder(home=told.home.resolve(), tools=told.tools.resolve(), settings=told.settings.resolve())
    try:
        page = builder.build()
    except DrillError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
