"""From a file to TOML's own values; whatever is wrong with it is one line that says where."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from drill.errors import ConfigError


def read(path: Path) -> str:
    """The text of a file; a ConfigError where it cannot be read, and FileNotFoundError where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the file: cannot be read ({error}); make it readable UTF-8 text") from error


def parsed(text: str, file: Path) -> dict[str, Any]:
    """Its tables; a ConfigError with line and column where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {_where(error, text)}") from error


def _where(error: tomllib.TOMLDecodeError, text: str) -> str:
    """Say 'line 3, column 9: what is wrong; remedy'. Before Python 3.14 only the text knows the place."""
    said = re.fullmatch(
        r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", str(error)
    )
    if said is None:
        return f"the file: {error}; correct it as TOML"
    lines = text.splitlines() or [""]
    line, column = said["line"] or len(lines), said["column"] or len(lines[-1]) + 1
    return f"line {line}, column {column}: {said['what']}; correct the line as TOML"
