"""drill doctor: line by line what is right, and what is missing with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.cli import main
from drill.targets.aurora import Aurora
from lab.api import Server
from tests.drill.probes.server import Server as Postgres
from tests.lab.api.cluster import InMemory
from tests.lab.api.conftest import IDENTITY


@pytest.fixture
def staging(drill_toml: Path, server: Server, aurora: Aurora, postgres: Postgres) -> Aurora:
    """A cluster named in drill.toml; the application's user may make schemas in its database."""
    drill_toml.write_text(
        '[target.staging]\nkind = "aurora"\nregion = "us-east-1"\ncluster = "lab"\nsecret = "lab/app"\n'
        f'dbname = "postgres"\nendpoint_url = "{server.url}"\n'
    )
    if not postgres.run("SELECT 1 FROM pg_roles WHERE rolname = 'app'"):
        postgres.run("CREATE ROLE app LOGIN")
    if (IDENTITY.admin,) not in postgres.run("SELECT rolname FROM pg_roles"):
        postgres.run(f"CREATE ROLE {IDENTITY.admin} LOGIN SUPERUSER")
    postgres.run("GRANT CREATE ON DATABASE postgres TO app", "GRANT pg_monitor TO app")
    return aurora


def looked(drill_toml: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    """The exit code, and by what was looked at whether it was right and what was said."""
    code = main(["--drill-toml", str(drill_toml), "doctor", "--target", "staging"])
    *lines, _ = capsys.readouterr().out.splitlines()
    return code, {line[9:].partition(": ")[0]: line for line in lines}


def test_what_the_lab_needs_of_this_machine_is_told(drill_toml: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Line by line, by the lab itself."""
    code = main(["--drill-toml", str(drill_toml), "doctor"])
    lines = capfd.readouterr().out.splitlines()
    assert code == (1 if any(line.startswith("MISSING") for line in lines) else 0)
    assert {line.split()[1].rstrip(":") for line in lines} >= {"PostgreSQL", "etcd", "user", "addresses", "space"}


def test_a_cluster_that_is_ready_has_nothing_missing(
    staging: Aurora, drill_toml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Credentials, permissions, tag, readers, login, every endpoint, and the clock; no password among them."""
    code, lines = looked(drill_toml, capsys)
    assert code == 0
    assert all(line.startswith(("ok ", "-- ")) for line in lines.values()), lines
    assert "readers" in lines
    assert "clock" in lines
    assert {"reach writer", "reach reader", "reach lab-a", "reach lab-b", "reach lab-c"} <= set(lines)
    assert staging.credentials.password not in "".join(lines.values())


def test_each_thing_that_is_missing_comes_with_its_remedy(
    staging: Aurora, drill_toml: Path, postgres: Postgres, cluster: InMemory, capsys: pytest.CaptureFixture[str]
) -> None:
    """One does not hide another."""
    arn = staging.allow_command().split(" --resource-name ")[1].split()[0]
    staging.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["drill"])
    postgres.run("REVOKE CREATE ON DATABASE postgres FROM app", "REVOKE pg_monitor FROM app")
    cluster.change("lab-c", port=1)
    try:
        code, lines = looked(drill_toml, capsys)
    finally:
        staging.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "drill", "Value": "allowed"}])
    missing = {what: line for what, line in lines.items() if line.startswith("MISSING")}
    assert code == 1
    assert set(missing) == {"tag drill=allowed", "login and CREATE at the writer", "pg_monitor", "reach lab-c"}
    assert "GRANT pg_monitor TO app" in missing["pg_monitor"]
    assert "aws rds add-tags-to-resource" in missing["tag drill=allowed"]
    assert "GRANT CREATE ON DATABASE postgres TO app" in missing["login and CREATE at the writer"]
    assert "does the security group let this machine in?" in missing["reach lab-c"]


def test_what_cannot_be_reached_ends_the_list(
    staging: Aurora, drill_toml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is no cluster there is nothing more to look at."""
    drill_toml.write_text(drill_toml.read_text().replace('cluster = "lab"', 'cluster = "orders"'))
    code, lines = looked(drill_toml, capsys)
    assert code == 1
    assert staging.cluster == "lab"
    assert "DBClusterNotFoundFault" in list(lines.values())[-1]
