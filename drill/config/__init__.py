"""What drill.toml says: targets, objectives, limits and load, checked to the last key before anything is touched.

config = load(Path("drill.toml")).with_objectives(["recovery_time=30s"])
config.target("staging").region
config.objectives.recovery_time        # 30.0, in seconds
"""

from drill.config.durations import Duration, format_duration, parse_duration
from drill.config.gameday import GameDay, Window
from drill.config.gate import GateSettings, Waiver
from drill.config.loading import Config, load, parse
from drill.config.settings import (
    AuroraSettings,
    CostSettings,
    DynamoDBSettings,
    ItemSettings,
    LabSettings,
    Limits,
    LoadSettings,
    Objectives,
    TargetSettings,
)
from drill.config.store import StoreSettings

__all__ = [
    "AuroraSettings",
    "Config",
    "CostSettings",
    "Duration",
    "DynamoDBSettings",
    "GameDay",
    "GateSettings",
    "ItemSettings",
    "LabSettings",
    "Limits",
    "LoadSettings",
    "Objectives",
    "StoreSettings",
    "TargetSettings",
    "Waiver",
    "Window",
    "format_duration",
    "load",
    "parse",
    "parse_duration",
]
