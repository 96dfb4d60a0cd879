"""The parser of every command of drill: what was asked wrongly ends it with exit code 4, as it ends pytest."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

MISUSE = 4
"""argparse ends with 2, which is what a command says when something cannot be told."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose exit code for misuse is told from every ruling; its commands are parsed by it as well."""

    def error(self, message: str) -> NoReturn:
        """Say how it is used, and what was wrong, on stderr."""
        self.print_usage(sys.stderr)
        self.exit(MISUSE, f"{self.prog}: error: {message}\n")
