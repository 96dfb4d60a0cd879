"""Who the administrator is: named in drill.toml, or as RDS manages him for the cluster."""

from __future__ import annotations

import json
from uuid import uuid4

import boto3
import pytest

from drill.config import AuroraSettings
from drill.errors import TargetError
from drill.targets.aurora import Aurora
from drill.targets.connect import connect
from lab.api import Server
from tests.lab.api.cluster import InMemory
from tests.lab.api.conftest import IDENTITY


def test_the_clusters_own_administrator_is_found(aurora: Aurora) -> None:
    """By the secret that RDS manages; at the writer endpoint, in the database that the application uses."""
    found = aurora.operator()
    assert found is not None
    assert (found.user, found.dbname) == (IDENTITY.admin, aurora.credentials.dbname)
    assert found.user != aurora.credentials.user
    assert (found.host, found.port) == (aurora.topology().writer_host, aurora.topology().port)
    assert found.password not in repr(found)


@pytest.mark.usefixtures("cluster")
def test_a_secret_of_ones_own_comes_first(server: Server, settings: AuroraSettings) -> None:
    """As drill.toml names it."""
    name = f"operator-{uuid4()}"
    secrets = boto3.client(
        "secretsmanager",
        region_name="us-east-1",
        endpoint_url=server.url,
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    secrets.create_secret(Name=name, SecretString=json.dumps({"username": "boss", "password": "hidden-word"}))
    found = connect("t", settings.model_copy(update={"operator_secret": name}), {}).operator()
    assert found is not None
    assert (found.user, found.password) == ("boss", "hidden-word")


@pytest.mark.usefixtures("cluster")
def test_a_secret_that_was_named_must_be_there(settings: AuroraSettings) -> None:
    """One sentence with its name."""
    target = connect("t", settings.model_copy(update={"operator_secret": "none-such"}), {})
    with pytest.raises(TargetError, match="the secret none-such at"):
        target.operator()


def test_without_a_secret_nobody_is_known(aurora: Aurora, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster whose master password its owner keeps, and one whose secret we may not read."""
    monkeypatch.setattr(Aurora, "_described", lambda _: {})
    assert aurora.operator() is None
    monkeypatch.setattr(Aurora, "_described", lambda _: {"MasterUserSecret": {"SecretArn": "arn:none"}})
    assert aurora.operator() is None


def test_an_instance_is_restarted_by_name(aurora: Aurora, cluster: InMemory) -> None:
    """RebootDBInstance, without a failover."""
    reader = aurora.topology().readers[0]
    aurora.reboot(reader)
    assert cluster.topology().writer != reader


def test_an_action_gets_its_parameters(aurora: Aurora) -> None:
    """Beside its duration, as FIS wants them: text."""
    experiment = aurora.start_fault("lab:delay-endpoints", duration_s=60, mark="m-delay", parameters={"delay": "70"})
    template = aurora.fis.client.get_experiment(id=experiment)["experiment"]["actions"]["fault"]
    assert template["parameters"] == {"duration": "PT60S", "delay": "70"}
    aurora.stop_fault(experiment)
