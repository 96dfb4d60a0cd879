"""From drill.toml to a target: who we are, and what is missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from drill.config import AuroraSettings
from drill.errors import ConfigError, TargetError
from drill.targets.connect import BUNDLE_URL, connect
from drill.targets.iam import IamAddress
from lab.api import Server
from tests.drill.probes.server import free_port


def settings(**changes: Any) -> AuroraSettings:
    """A cluster on AWS, named as in drill.toml."""
    return AuroraSettings(**{"kind": "aurora", "region": "eu-west-1", "cluster": "orders"} | changes)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A file where the certificates would be."""
    path = tmp_path / "global-bundle.pem"
    path.write_text("certificates")
    return path


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS's credentials in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden-key")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


def test_the_secret_says_who_we_are(server: Server) -> None:
    """User, password and database are those of Secrets Manager."""
    target = connect("t", settings(region="us-east-1", secret="lab/app", endpoint_url=server.url), {})
    found = target.credentials
    assert (found.user, found.password, found.dbname, found.sslmode) == ("app", "app-secret", "shop", "prefer")


def test_a_secret_that_is_not_there_is_one_sentence(server: Server) -> None:
    """Its name, the place, AWS's code, and what to look at."""
    with pytest.raises(
        TargetError, match=r"the secret none at http.*ResourceNotFoundException.*GetSecretValue allowed"
    ):
        connect("t", settings(region="us-east-1", secret="none", endpoint_url=server.url), {})


@pytest.mark.parametrize("text", ["no JSON", "{}", "[]", '{"username": "hidden-name"}'])
def test_a_secret_of_another_shape_is_one_sentence(server: Server, text: str) -> None:
    """It says which shape is wanted, and shows nothing of what is in it."""
    name = f"odd-{uuid4()}"
    session = boto3.Session(region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any")
    secrets = session.client("secretsmanager", endpoint_url=server.url)
    secrets.create_secret(Name=name, SecretString=text)
    with pytest.raises(
        TargetError, match=f"the secret {name} at http.* is no JSON with username and password"
    ) as raised:
        connect("t", settings(region="us-east-1", secret=name, endpoint_url=server.url), {})
    assert "hidden" not in str(raised.value)


def test_an_endpoint_where_nobody_listens_is_one_sentence() -> None:
    """The first call of all names itself, the place and the remedy."""
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(TargetError, match=rf"secretsmanager:GetSecretValue at {url}: .*is endpoint_url right"):
        connect("t", settings(secret="orders/app", endpoint_url=url), {})


@pytest.mark.parametrize(
    "wrong", [{"region": "eu west 1"}, {"endpoint_url": "http://"}, {"profile": "nobody-has-it"}], ids=str
)
def test_what_boto3_cannot_use_is_one_sentence(wrong: dict[str, str]) -> None:
    """Before anything is asked; it names the value."""
    with pytest.raises(ConfigError, match="|".join(wrong.values())) as raised:
        connect("t", settings(**{"secret": "orders/app", "endpoint_url": "http://127.0.0.1:1"} | wrong), {})
    assert "\n" not in str(raised.value)


@pytest.mark.usefixtures("credentials")
def test_tls_to_aws_is_verified_in_full(bundle: Path) -> None:
    """Host name and certificate, against the bundle that drill.toml names."""
    found = connect("t", settings(user="app", ca_bundle=bundle), {"DRILL_PASSWORD": "hidden-word"}).credentials
    assert (found.sslmode, found.sslrootcert) == ("verify-full", str(bundle))
    assert "hidden-word" not in repr(found)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("named", [{}, {"ca_bundle": Path("/nowhere/bundle.pem")}], ids=["none", "missing"])
def test_without_the_bundle_there_is_no_way_to_aws(named: dict[str, Path]) -> None:
    """The command that fetches it is told."""
    with pytest.raises(ConfigError, match=rf"\[target.t\].*ca_bundle.*curl -O {BUNDLE_URL}"):
        connect("t", settings(user="app", **named), {"DRILL_PASSWORD": "word"})


@pytest.mark.usefixtures("credentials")
def test_a_password_comes_from_the_environment_alone(bundle: Path) -> None:
    """Without it, the variable to set is named."""
    with pytest.raises(ConfigError, match="export DRILL_PASSWORD"):
        connect("t", settings(user="app", ca_bundle=bundle), {})


@pytest.mark.usefixtures("credentials")
def test_iam_tokens_are_made_for_the_host_at_hand(bundle: Path) -> None:
    """A token for one host opens no other; none shows in a text, and libpq is told of it."""
    target = connect("t", settings(user="app", iam=True, ca_bundle=bundle), {})
    assert isinstance(target.credentials, IamAddress)
    one, two = (target.credentials.at(host, 5432) for host in ("one.example", "two.example"))
    assert one.password.startswith("one.example:5432/?")
    assert two.password.startswith("two.example:5432/?")
    assert "DBUser=app" in one.password
    assert one.password not in repr(one) + str(one)
    assert "hidden-key" not in repr(target) + repr(target.credentials)
    assert (one.sslmode, one.sslrootcert) == ("verify-full", str(bundle))


def test_the_lab_needs_no_credentials_of_aws(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody who tries the lab must have an account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    target = connect("t", settings(region="us-east-1", cluster="lab", secret="lab/app", endpoint_url=server.url), {})
    assert target.topology().writer == "lab-a"
