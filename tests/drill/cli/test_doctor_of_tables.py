"""drill doctor on tables: line by line what is right, and what is missing with its remedy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from drill.cli import main
from lab import life
from lab.life import Lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """DynamoDB alone."""
    with life.running(f"doctor-{os.getpid()}", services=("dynamodb",)) as lab:
        yield lab


def looked(drill_toml: Path, lab: Lab, capsys: pytest.CaptureFixture[str], tables: str) -> tuple[int, dict[str, str]]:
    """The exit code, and by what was looked at what was said."""
    drill_toml.write_text(
        f'[target.mine]\nkind = "dynamodb"\nregion = "us-east-1"\ntables = {tables}\n'
        f'replica_region = "{lab.replica_region}"\nendpoint_url = "{lab.dynamodb_endpoint_url}"\n'
    )
    code = main(["--drill-toml", str(drill_toml), "doctor", "--target", "mine"])
    *lines, _ = capsys.readouterr().out.splitlines()
    return code, {line[9:].partition(": ")[0]: line for line in lines}


def test_tables_that_are_ready_have_nothing_missing(
    drill_toml: Path, lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    """Credentials, permissions, the tag, the replica, and which faults there are."""
    code, lines = looked(drill_toml, lab, capsys, '["orders"]')
    assert code == 0, lines
    assert {"tag drill=allowed of orders", "replica of orders", "budgets:ViewBudget"} <= set(lines)
    assert "lab:silence-region" in lines["fis:ListActions"]


def test_each_thing_that_is_missing_comes_with_its_remedy(
    drill_toml: Path, lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table that is not there, one without the tag, one without a replica: one does not hide another."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=lab.dynamodb_endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_table(
        TableName="bare",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    code, lines = looked(drill_toml, lab, capsys, '["orders", "bare", "nowhere"]')
    assert code == 1
    assert "aws dynamodb tag-resource" in lines["tag drill=allowed of bare"]
    assert lines["replica of bare"].startswith("MISSING")
    assert "ResourceNotFoundException" in lines["dynamodb:DescribeTable nowhere"]
    assert lines["tag drill=allowed of orders"].startswith("ok")
