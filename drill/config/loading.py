"""From the text of drill.toml, and the options of a run, to values that hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from drill.config import toml
from drill.config.durations import parse_duration
from drill.config.gameday import GameDay
from drill.config.gate import GateSettings
from drill.config.problems import first_problem, nearest
from drill.config.settings import (
    AuroraSettings,
    CostSettings,
    Document,
    DynamoDBSettings,
    ItemSettings,
    LabSettings,
    Limits,
    LoadSettings,
    Objectives,
)
from drill.config.store import StoreSettings
from drill.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_TARGET = "lab"
Settings = LabSettings | AuroraSettings | DynamoDBSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Targets by name (a lab among them, always), objectives, limits, loads and costs; `file` is for messages."""

    targets: Mapping[str, Settings] = field(default_factory=lambda: {DEFAULT_TARGET: LabSettings()})
    objectives: Objectives = field(default_factory=Objectives)
    limits: Limits = field(default_factory=Limits)
    load: LoadSettings = field(default_factory=LoadSettings)
    items: ItemSettings = field(default_factory=ItemSettings)
    costs: CostSettings = field(default_factory=CostSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    gamedays: Mapping[str, GameDay] = field(default_factory=dict)
    store: StoreSettings = field(default_factory=StoreSettings)
    file: Path = Path("drill.toml")

    def target(self, name: str = DEFAULT_TARGET) -> Settings:
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
        return parse(toml.read(path), path)
    except FileNotFoundError:
        return Config(file=path)


def parse(text: str, file: Path) -> Config:
    """Understand a text as `load` does; `file` is for messages, and for paths that start from its folder."""
    try:
        document = Document.model_validate(toml.parsed(text, file), context=file.parent)
    except ValidationError as error:
        raise ConfigError(f"{file}: {first_problem(error)}") from error
    targets: dict[str, Settings] = {DEFAULT_TARGET: LabSettings(), **document.target}
    return Config(
        targets=targets,
        objectives=document.objectives,
        limits=document.limits,
        load=document.load,
        items=document.items,
        costs=document.costs,
        gate=document.gate,
        gamedays=document.gameday,
        store=document.store,
        file=file,
    )
