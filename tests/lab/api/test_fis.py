"""FIS carries out what it is asked, undoes it once, and says how it stands."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.lab.api.conftest import eventually

if TYPE_CHECKING:
    from lab.api import Server
    from tests.lab.api.cluster import InMemory
    from tests.lab.api.conftest import Aws

ARN = "arn:aws:rds:us-east-1:123456789012"
LASTING = [
    *("lab:crash-writer", "lab:lose-zone", "lab:freeze-zone", "lab:partition-zone", "lab:lose-reader"),
    *("lab:lag-reader", "lab:delay-endpoints", "lab:throttle-endpoints", "lab:cut-endpoints"),
]


def template(aws: Aws, action: str, *, arns: list[str] | None = None, **parameters: str) -> str:
    """Make a template of one action; gives its id."""
    key, kind = ("DBInstances", "aws:rds:db") if "instances" in action else ("Clusters", "aws:rds:cluster")
    answer = aws.fis.create_experiment_template(
        clientToken=str(time.monotonic_ns()),
        description="a drill",
        roleArn="arn:aws:iam::123456789012:role/drill",
        stopConditions=[{"source": "none"}],
        targets={
            "aim": {
                "resourceType": kind,
                "resourceArns": [f"{ARN}:cluster:lab"] if arns is None else arns,
                "selectionMode": "ALL",
            }
        },
        actions={"fault": {"actionId": action, "parameters": parameters, "targets": {key: "aim"}}},
    )
    identifier: str = answer["experimentTemplate"]["id"]
    return identifier


def start(aws: Aws, action: str, *, arns: list[str] | None = None, **parameters: str) -> str:
    """Start an experiment of one action; gives its id."""
    made = template(aws, action, arns=arns, **parameters)
    identifier: str = aws.fis.start_experiment(experimentTemplateId=made)["experiment"]["id"]
    return identifier


def state(aws: Aws, identifier: str) -> dict[str, Any]:
    """Ask how it stands."""
    found: dict[str, Any] = aws.fis.get_experiment(id=identifier)["experiment"]["state"]
    return found


def reach(aws: Aws, identifier: str, status: str) -> dict[str, Any]:
    """Wait until it has that status; gives how it then stands."""
    found: dict[str, Any] = eventually(
        lambda: (now := state(aws, identifier))["status"] == status and now, f"{identifier} to be {status}"
    )
    return found


def test_a_failover_experiment_fails_over(aws: Aws, cluster: InMemory) -> None:
    """AWS's own action reaches the cluster, and is completed once it has."""
    identifier = start(aws, "aws:rds:failover-db-cluster")
    reach(aws, identifier, "completed")
    assert cluster.target == "lab-b"
    told = aws.fis.get_experiment(id=identifier)["experiment"]
    assert told["actions"]["fault"]["state"]["status"] == "completed"
    assert told["startTime"] <= told["endTime"]


@pytest.mark.parametrize(
    ("force", "name", "done"),
    [
        ("false", "lab-a", (["lab-a"], None)),
        ("true", "lab-b", (["lab-b"], None)),
        ("true", "lab-a", ([], "lab-b")),
    ],
)
def test_a_reboot_experiment_reboots(
    aws: Aws, cluster: InMemory, force: str, name: str, done: tuple[list[str], str | None]
) -> None:
    """With forceFailover the writer is failed over instead; readers are rebooted."""
    identifier = start(aws, "aws:rds:reboot-db-instances", arns=[f"{ARN}:db:{name}"], forceFailover=force)
    reach(aws, identifier, "completed")
    assert (cluster.rebooted, cluster.target) == done


@pytest.mark.parametrize("action", LASTING)
def test_a_fault_lasts_until_stopped(aws: Aws, cluster: InMemory, action: str) -> None:
    """It is undone promptly, once, before it says that it has stopped; a second stop changes nothing."""
    identifier = start(aws, action)
    reach(aws, identifier, "running")
    assert cluster.injected == [action.removeprefix("lab:")]
    assert not cluster.undone
    asked = time.monotonic()
    assert aws.fis.stop_experiment(id=identifier)["experiment"]["state"]["status"] in {"stopping", "stopped"}
    reach(aws, identifier, "stopped")
    assert cluster.undone == [action.removeprefix("lab:")]
    assert time.monotonic() - asked < 1
    assert aws.fis.stop_experiment(id=identifier)["experiment"]["state"]["status"] == "stopped"
    assert len(cluster.undone) == 1


@pytest.mark.parametrize(
    ("action", "parameters", "strength"),
    [
        ("lab:delay-endpoints", {}, 0.05),
        ("lab:delay-endpoints", {"delay": "1500"}, 1.5),
        ("lab:throttle-endpoints", {}, 64_000.0),
        ("lab:throttle-endpoints", {"kilobytes_per_second": "8"}, 8_000.0),
    ],
)
def test_how_late_and_how_slow_is_said(
    aws: Aws, cluster: InMemory, action: str, parameters: dict[str, str], strength: float
) -> None:
    """In milliseconds and in kilobytes a second; without, by a default."""
    reach(aws, start(aws, action, **parameters), "running")
    assert cluster.strength == strength


def test_a_fault_ends_by_itself(aws: Aws, cluster: InMemory, server: Server) -> None:
    """After its duration it is undone and completed; neither a stop nor the server's end changes that."""
    identifier = start(aws, "lab:freeze-zone", duration="PT0.1S")
    reach(aws, identifier, "completed")
    assert cluster.undone == ["freeze-zone"]
    assert aws.fis.stop_experiment(id=identifier)["experiment"]["state"]["status"] == "completed"
    server.close()
    assert cluster.undone == ["freeze-zone"]


def test_closing_the_server_undoes(aws: Aws, cluster: InMemory, server: Server) -> None:
    """Nothing stays broken behind a server that has closed."""
    for each in LASTING:
        reach(aws, start(aws, each), "running")
    server.close()
    server.close()
    assert sorted(cluster.undone) == sorted(each.removeprefix("lab:") for each in LASTING)


def test_it_runs_only_once_it_is_done(aws: Aws, cluster: InMemory) -> None:
    """StartExperiment answers at once; `running` means that the fault is there; a stop in between is heeded."""
    cluster.hold.clear()
    identifier = start(aws, "lab:lose-zone")
    eventually(lambda: cluster.injected, "the injection to begin")
    assert state(aws, identifier)["status"] == "initiating"
    aws.fis.stop_experiment(id=identifier)
    assert state(aws, identifier)["status"] == "stopping"
    cluster.hold.set()
    reach(aws, identifier, "stopped")
    assert cluster.undone == ["lose-zone"]


def test_what_the_cluster_refuses_fails_with_its_reason(aws: Aws, cluster: InMemory) -> None:
    """WrongState becomes a failed experiment."""
    cluster.now = replace(cluster.now, writer=None)
    identifier = start(aws, "lab:crash-writer")
    assert "there is no writer" in reach(aws, identifier, "failed")["reason"]
    action = aws.fis.get_experiment(id=identifier)["experiment"]["actions"]["fault"]
    assert action["state"]["status"] == "failed"


def test_what_cannot_be_undone_is_no_success(aws: Aws, cluster: InMemory) -> None:
    """An experiment whose undoing failed says `failed`, and why."""
    cluster.undo_error = OSError("no such process")
    identifier = start(aws, "lab:freeze-zone", duration="PT0.05S")
    assert "no such process" in reach(aws, identifier, "failed")["reason"]


@pytest.mark.parametrize(
    "arn",
    [f"{ARN}:cluster:other", "arn:aws:rds:eu-west-1:123456789012:cluster:lab", "arn:aws:nonsense:nowhere"],
)
def test_another_cluster_is_not_touched(aws: Aws, cluster: InMemory, arn: str) -> None:
    """An experiment that aims at something else fails, naming it."""
    identifier = start(aws, "lab:lose-zone", arns=[arn])
    assert arn in reach(aws, identifier, "failed")["reason"]
    assert not cluster.injected


def test_aiming_at_nothing_fails(aws: Aws) -> None:
    """As on AWS, a target that resolves to nothing fails the experiment."""
    assert "empty set" in reach(aws, start(aws, "lab:lose-zone", arns=[]), "failed")["reason"]


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("lab:no-such-thing", {}),
        ("aws:ec2:stop-instances", {}),
        ("lab:lose-zone", {"duration": "60"}),
        ("lab:lose-zone", {"duration": "PT"}),
        ("lab:lose-zone", {"duration": "PT0S"}),
        ("lab:lose-zone", {"duration": "P1D"}),
        ("lab:lose-zone", {"length": "PT1S"}),
        ("aws:rds:failover-db-cluster", {"duration": "PT1S"}),
        ("lab:lose-reader", {"duration": "PT0S"}),
        ("lab:cut-endpoints", {"delay": "50"}),
        *(("lab:delay-endpoints", {"delay": value}) for value in ("", "0", "-1", "5.5", "60001", "many", "5²", " 5")),
        ("lab:throttle-endpoints", {"kilobytes_per_second": "0"}),
        ("lab:throttle-endpoints", {"kilobytes_per_second": "1" * 5000}),
        ("aws:rds:reboot-db-instances", {"forceFailover": "yes"}),
    ],
)
def test_what_could_never_work_is_refused(aws: Aws, action: str, parameters: dict[str, Any]) -> None:
    """ValidationException when the template is made."""
    with pytest.raises(aws.fis.exceptions.ValidationException):
        template(aws, action, **parameters)


def test_a_template_stays_one_that_works(aws: Aws) -> None:
    """An update is checked like a new one, against what the template keeps."""
    made = template(aws, "lab:lose-zone")
    fault = {"actionId": "lab:freeze-zone", "parameters": {}, "targets": {"Clusters": "aim"}}
    aws.fis.update_experiment_template(id=made, actions={"fault": fault})
    with pytest.raises(aws.fis.exceptions.ValidationException):
        aws.fis.update_experiment_template(id=made, actions={"fault": fault | {"targets": {"Clusters": "other"}}})


def test_a_token_starts_one_experiment(aws: Aws, cluster: InMemory) -> None:
    """The same clientToken gives the same experiment, as it stands now."""
    made = template(aws, "lab:lose-zone")
    first = aws.fis.start_experiment(experimentTemplateId=made, clientToken="once")["experiment"]["id"]
    reach(aws, first, "running")
    again = aws.fis.start_experiment(experimentTemplateId=made, clientToken="once")["experiment"]
    assert (again["id"], again["state"]["status"]) == (first, "running")
    assert cluster.injected == ["lose-zone"]


def test_experiments_are_found_by_tag(aws: Aws) -> None:
    """ListExperiments tells the tags and how each stands, also after its template is gone."""
    made = template(aws, "lab:lose-zone")
    identifier = aws.fis.start_experiment(experimentTemplateId=made, tags={"drill": "run-7"})["experiment"]["id"]
    reach(aws, identifier, "running")
    aws.fis.delete_experiment_template(id=made)
    start(aws, "aws:rds:failover-db-cluster")
    found = aws.fis.get_paginator("list_experiments").paginate().build_full_result()["experiments"]
    ours = [each for each in found if each["tags"].get("drill") == "run-7"]
    assert [(each["id"], each["state"]["status"]) for each in ours] == [(identifier, "running")]
    assert aws.fis.list_tags_for_resource(resourceArn=ours[0]["arn"])["tags"] == {"drill": "run-7"}


def test_the_lab_tells_what_it_can_do(aws: Aws) -> None:
    """ListActions and GetAction name the actions, what they aim at, and their parameters."""
    listed = aws.fis.list_actions()["actions"]
    assert {each["id"] for each in listed} == {
        *LASTING,
        "aws:rds:failover-db-cluster",
        "aws:rds:reboot-db-instances",
    }
    for each in listed:
        action = aws.fis.get_action(id=each["id"])["action"]
        assert action["targets"] == each["targets"]
        assert ("duration" in action["parameters"]) == (each["id"] in LASTING)
    with pytest.raises(aws.fis.exceptions.ResourceNotFoundException):
        aws.fis.get_action(id="lab:no-such-thing")


def test_what_is_not_there_is_not_found(aws: Aws) -> None:
    """ResourceNotFoundException for experiments and templates."""
    missing = aws.fis.exceptions.ResourceNotFoundException
    with pytest.raises(missing):
        aws.fis.get_experiment(id="EXPnone")
    with pytest.raises(missing):
        aws.fis.stop_experiment(id="EXPnone")
    with pytest.raises(missing):
        aws.fis.start_experiment(experimentTemplateId="EXTnone")


def test_a_preview_does_nothing(aws: Aws, cluster: InMemory) -> None:
    """With actionsMode skip-all an experiment is completed without anything having been done."""
    made = template(aws, "lab:lose-zone")
    options = {"actionsMode": "skip-all"}
    identifier = aws.fis.start_experiment(experimentTemplateId=made, experimentOptions=options)["experiment"]["id"]
    reach(aws, identifier, "completed")
    told = aws.fis.get_experiment(id=identifier)["experiment"]["actions"]["fault"]["state"]["status"]
    assert (told, cluster.injected) == ("skipped", [])
