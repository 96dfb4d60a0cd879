"""What must be true before anything is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from drill.errors import NotAllowed, TargetError
from drill.targets.aurora import Aurora
from drill.targets.rail import require_allowed, require_failover, require_login
from tests.drill.probes.server import LOCKED, Server, free_port
from tests.lab.api.cluster import InMemory


@pytest.fixture
def untagged(aurora: Aurora) -> Iterator[Aurora]:
    """A cluster that does not say that it may be broken."""
    arn = aurora.allow_command().split(" --resource-name ")[1].split()[0]
    aurora.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["drill"])
    yield aurora
    aurora.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "drill", "Value": "allowed"}])


def login(aurora: Aurora, user: str, password: str) -> Aurora:
    """The same target with other credentials."""
    credentials = replace(aurora.credentials, user=user, password=password, dbname="postgres")
    return replace(aurora, credentials=credentials)


def test_what_is_not_tagged_is_refused_with_the_command_that_tags(untagged: Aurora) -> None:
    """The very command: region, endpoint, ARN and tag."""
    with pytest.raises(NotAllowed) as raised:
        require_allowed(untagged)
    assert str(raised.value) == (
        "the cluster lab does not say that it may be broken (tag drill=allowed); if it may: "
        f"aws rds add-tags-to-resource --region us-east-1 --endpoint-url {untagged.endpoint_url} "
        "--resource-name arn:aws:rds:us-east-1:123456789012:cluster:lab --tags Key=drill,Value=allowed"
    )


def test_the_command_does_what_it_says(untagged: Aurora) -> None:
    """After it the cluster is let pass."""
    words = untagged.allow_command().split()
    arn = words[words.index("--resource-name") + 1]
    untagged.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "drill", "Value": "allowed"}])
    assert require_allowed(untagged).writer == "lab-a"


def test_a_single_instance_has_nowhere_to_fail_over_to(aurora: Aurora) -> None:
    """Refused, with the command that adds a reader."""
    require_failover(aurora.topology())
    alone = replace(aurora.topology(), members=aurora.topology().members[:1])
    with pytest.raises(TargetError, match=r"the cluster lab has a single instance.*aws rds create-db-instance"):
        require_failover(alone)


def test_a_login_that_may_create_is_let_pass(aurora: Aurora, postgres: Server) -> None:
    """Credentials open the writer, and may make the probes' schema."""
    target = login(aurora, postgres.address.user, postgres.address.password)
    require_login(target, target.topology())


@pytest.mark.parametrize(
    ("password", "remedy"),
    [
        ("wrong-word", f'password authentication failed for user "{LOCKED}"; is the secret right'),
        ("right-word", f"GRANT CREATE ON DATABASE postgres TO {LOCKED}"),
    ],
    ids=["wrong password", "may not create"],
)
def test_a_login_that_does_not_suffice_is_one_sentence(aurora: Aurora, password: str, remedy: str) -> None:
    """It says what is missing, and shows no password."""
    target = login(aurora, LOCKED, password)
    with pytest.raises(TargetError) as raised:
        require_login(target, target.topology())
    assert remedy in str(raised.value)
    assert "\n" not in str(raised.value)
    assert password not in str(raised.value)


def test_who_only_looks_need_not_be_allowed_to_create(aurora: Aurora) -> None:
    """A login that opens the writer is enough for an inspection."""
    target = login(aurora, LOCKED, "right-word")
    require_login(target, target.topology(), creates=False)


def test_a_writer_that_is_not_there_is_named(aurora: Aurora, cluster: InMemory) -> None:
    """Where we looked, and whom to ask."""
    cluster.now = replace(cluster.now, port=free_port())
    with pytest.raises(TargetError, match=rf"cannot log in to lab at 127.0.0.1:{cluster.now.port} as app: .*refused"):
        require_login(aurora, aurora.topology())
