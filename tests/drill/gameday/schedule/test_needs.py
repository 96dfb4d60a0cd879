"""What a game day needs that no schedule holds: by what drill.toml says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.config import load
from drill.gameday.schedule import Needs, needs

DAY = '[gameday.weekly]\ntarget = "{target}"\nscenarios = ["failover"]\n'
AURORA = '[target.staging]\nkind = "aurora"\nregion = "eu-west-1"\ncluster = "orders"\n'
TOPIC = "arn:aws:sns:eu-central-1:123456789012:gamedays"
STORE = '[store]\nurl = "s3://evidence"\nregion = "eu-west-3"\n'
TABLES = '[target.staging]\nkind = "dynamodb"\nregion = "eu-west-1"\n'


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        (DAY.format(target="lab"), Needs()),
        (DAY.format(target="lab") + 'webhook_variable = "HOOK"\n', Needs(variables=("HOOK",))),
        (DAY.format(target="lab") + "[gate]\nsigned = true\n", Needs(variables=("DRILL_SIGNING_KEY",))),
        (DAY.format(target="lab") + f'sns_topic = "{TOPIC}"\n', Needs(region="eu-central-1")),
        (DAY.format(target="lab") + STORE, Needs(region="eu-west-3")),
        (DAY.format(target="staging") + f'sns_topic = "{TOPIC}"\n' + STORE + TABLES, Needs(region="eu-west-1")),
        (DAY.format(target="staging") + TABLES + 'profile = "us"\n', Needs(region="eu-west-1", profile="us")),
        (DAY.format(target="staging") + TABLES, Needs(region="eu-west-1")),
        (DAY.format(target="staging") + AURORA + 'secret = "orders/app"\n', Needs(region="eu-west-1")),
        (DAY.format(target="staging") + AURORA + 'user = "app"\niam = true\n', Needs(region="eu-west-1")),
        (
            DAY.format(target="staging") + AURORA + 'user = "app"\n',
            Needs(variables=("DRILL_PASSWORD",), region="eu-west-1"),
        ),
    ],
)
def test_a_game_day_needs_what_its_target_its_gate_and_its_people_need(
    tmp_path: Path, text: str, needed: Needs
) -> None:
    """And nothing else: a variable that nobody reads is a secret at large."""
    (tmp_path / "drill.toml").write_text(text)
    config = load(tmp_path / "drill.toml")
    assert needs(config, config.gamedays["weekly"]) == needed
