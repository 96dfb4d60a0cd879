"""From the text of drill.toml, and the options of a run, to values that hold."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from drill.config.durations import parse_duration
from drill.config.problems import first_problem, nearest
from drill.config.settings import AuroraSettings, Document, LabSettings, Limits, Objectives
from drill.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_TARGET = "lab"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Targets by name (a lab among them, always), objectives and limits; `file` is for messages."""

    targets: Mapping[str, LabSettings | AuroraSettings] = field(default_factory=lambda: {DEFAULT_TARGET: LabSettings()})
    objectives: Objectives = field(default_factory=Objectives)
    limits: Limits = field(default_factory=Limits)
    file: Path = Path("drill.toml")

    def target(self, name: str = DEFAULT_TARGET) -> LabSettings | AuroraSettings:
        """Look up a target; a name that the file does not have is a ConfigError that lists those it has."""
        if name not in self.targets:
            raise ConfigError(f"{self.file}: target.{name}: no such target; {nearest(name, self.targets)}")
        return self.targets[name]

    def with_objectives(self, options: Iterable[str]) -> Config:
        """Replace objectives by options such as "recovery_time=30s"; the last one wins."""
        changed: dict[str, float] = {}
        for option in options:
            name, equals, text = option.partition("=")
            if name not in Objectives.model_fields:
                remedy = nearest(name, Objectives.model_fields)
                raise ConfigError(f"--objective {option}: {name}: no such objective; {remedy}")
            if not equals:
                raise ConfigError(f"--objective {option}: {name}: missing value; write {name}=60s")
            try:
                changed[name] = parse_duration(text)
            except ValueError as error:
                raise ConfigError(f"--objective {option}: {name}: {error}") from error
        return replace(self, objectives=self.objectives.model_copy(update=changed))


def load(path: Path) -> Config:
    """Read drill.toml; without a file, the defaults: a lab, and the objectives of the requirements.

    Whatever is wrong with the file is a ConfigError of one line: file, key, remedy.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config(file=path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the file: cannot be read ({error}); make it readable UTF-8 text") from error
    return parse(text, path)


def parse(text: str, file: Path) -> Config:
    """Understand a text as `load` does; `file` is for messages, and for paths that start from its folder."""
    try:
        document = Document.model_validate(tomllib.loads(text), context=file.parent)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {_where(error, text)}") from error
    except ValidationError as error:
        raise ConfigError(f"{file}: {first_problem(error)}") from error
    targets = {DEFAULT_TARGET: LabSettings()} | document.target
    return Config(targets=targets, objectives=document.objectives, limits=document.limits, file=file)


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
