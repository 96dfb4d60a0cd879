"""A lab with DynamoDB alone comes up in seconds, and goes down whole."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from lab import life, processes
from lab.__main__ import main
from lab.errors import LabError, NotRunning
from lab.layout import Layout
from tests.lab.dynamodb.conftest import client, eventually

pytestmark = pytest.mark.lab


@pytest.fixture(autouse=True)
def labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of all labs of the test's own."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "labs"))
    return tmp_path / "labs"


def test_dynamodb_alone_is_no_cluster(capsys: pytest.CaptureFixture[str], labs: Path) -> None:
    """`up`, `status`, `logs` and `down` of the command line; no etcd, no PostgreSQL, no addresses of theirs."""
    assert main(["up", "--name", "t-only", "--only", "dynamodb", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    try:
        assert (told["services"], told["endpoint_url"], told["writer"]) == (["dynamodb"], "", "")
        assert (told["dynamodb_region"], told["replica_region"]) == ("us-east-1", "us-west-2")
        assert client(life.status("t-only")).list_tables()["TableNames"] == ["orders", "sessions"]
        assert {each.name() for each in processes.below(labs / "t-only")}.isdisjoint({"etcd", "postgres"})
        assert main(["status", "--name", "t-only"]) == 0
        assert told["dynamodb_endpoint_url"] in capsys.readouterr().out
        assert main(["logs", "--name", "t-only"]) == 0
    finally:
        assert main(["down", "--name", "t-only"]) == 0
    assert processes.below(labs) == []
    assert not (labs / "t-only").exists()


def test_labs_stand_beside_each_other() -> None:
    """What one holds, the other knows nothing of; a port can be chosen, for who has it in a configuration."""
    port = Layout.plan("t-any").ports.dynamodb
    with (
        life.running("t-one", services=("dynamodb",), api_port=port) as one,
        life.running("t-two", services=("dynamodb",)) as two,
    ):
        assert one.dynamodb_endpoint_url == f"http://127.0.0.1:{port}"
        client(one).put_item(TableName="orders", Item={"customer": {"S": "c"}, "order": {"S": "o"}})
        assert client(one).scan(TableName="orders")["Count"] == 1
        assert client(two).scan(TableName="orders")["Count"] == 0


@pytest.mark.parametrize("killed", ["lab.serve", "lab.dynamodb"])
def test_a_lab_of_which_a_process_was_killed_is_taken_down_whole(labs: Path, killed: str) -> None:
    """Whichever it was."""
    life.up("t-killed", services=("dynamodb",))
    try:
        folder = labs / "t-killed"
        (process,) = (each for each in processes.below(folder) if killed in each.cmdline())
        process.kill()
        eventually(lambda: not process.is_running() or process.status() == "zombie", "its death")
        if killed == "lab.serve":
            with pytest.raises(NotRunning):
                life.status("t-killed")
    finally:
        began_s = time.monotonic()
        assert life.down("t-killed")
    assert time.monotonic() - began_s < 10
    assert processes.below(labs) == []


def test_a_lab_ends_experiments_that_run(labs: Path) -> None:
    """Held requests keep it from nothing."""
    from tests.lab.dynamodb.conftest import Aws

    with life.running("t-held", services=("dynamodb",)) as lab:
        Aws(lab).fis.create_experiment_template(
            clientToken="t",
            description="t",
            roleArn="arn:aws:iam::123456789012:role/fis",
            stopConditions=[{"source": "none"}],
            targets={
                "these": {
                    "resourceType": "aws:dynamodb:table",
                    "resourceArns": ["arn:aws:dynamodb:us-east-1:123456789012:table/orders"],
                    "selectionMode": "ALL",
                }
            },
            actions={"break": {"actionId": "lab:silence-region", "targets": {"Tables": "these"}}},
        )
        template = Aws(lab).fis.list_experiment_templates()["experimentTemplates"][0]["id"]
        Aws(lab).fis.start_experiment(clientToken="s", experimentTemplateId=template)
        began_s = time.monotonic()
    assert time.monotonic() - began_s < 8
    assert processes.below(labs) == []


@pytest.mark.parametrize("services", [(), ("s3",)])
def test_what_no_lab_has_is_refused(services: tuple[str, ...]) -> None:
    """One line names what there is."""
    with pytest.raises(LabError, match="a lab has aurora and dynamodb, or one of them"):
        life.up("t-none", services=services)
    assert life.names() == []
