"""The endpoint comes up, keeps quiet, keeps connections, and ends."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from lab.api import Identity, Server, serve
from lab.errors import StartFailed
from tests.lab.api.cluster import InMemory
from tests.lab.api.conftest import IDENTITY, Aws


def test_a_taken_port_is_said_to_be_taken() -> None:
    """Starting on a port that is taken raises StartFailed, which names it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartFailed, match=f"127.0.0.1:{port}.*in use"):
            serve(InMemory(), host="127.0.0.1", port=port, identity=IDENTITY)


@pytest.mark.usefixtures("server")
def test_a_process_serves_one_lab() -> None:
    """A second server in the same process is refused, because moto keeps one state per process."""
    with pytest.raises(StartFailed, match="process"):
        serve(InMemory(), host="127.0.0.1", port=0, identity=IDENTITY)


def test_a_closed_server_answers_nothing(server: Server) -> None:
    """Closing cuts even connections that are open, frees the port, and can be done twice."""
    where = urlsplit(server.url)
    assert where.hostname
    kept = http.client.HTTPConnection(where.hostname, where.port, timeout=5)
    kept.request("GET", "/moto-api/")
    kept.getresponse().read()
    server.close()
    server.close()
    with pytest.raises((OSError, http.client.HTTPException)):
        _on_the_same_connection(kept)
    kept.close()
    assert where.port
    with socket.create_server((where.hostname, where.port)):
        pass


def _on_the_same_connection(connection: http.client.HTTPConnection) -> None:
    connection.auto_open = 0
    connection.request("GET", "/moto-api/")
    connection.getresponse()


def test_connections_are_kept(server: Server) -> None:
    """A second request goes over the same connection, also after a body that nobody read."""
    where = urlsplit(server.url)
    assert where.hostname
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=5)
    connection.request("POST", "/nothing-here", body=b"x" * 100_000)
    connection.getresponse().read()
    assert connection.sock is not None
    connection.auto_open = 0
    connection.request("GET", "/moto-api/")
    assert connection.getresponse().status == 200
    connection.close()


def test_requests_leave_nothing_on_the_terminal(aws: Aws, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither an answer nor an error is printed: all goes to logging."""
    aws.rds.describe_db_clusters()
    with pytest.raises(aws.rds.exceptions.DBClusterNotFoundFault):
        aws.rds.describe_db_clusters(DBClusterIdentifier="other")
    assert capfd.readouterr() == ("", "")


def test_a_new_server_knows_nothing_of_the_last(cluster: InMemory) -> None:
    """What was changed in one lab is not there in the next of the same process."""
    first = serve(cluster, host="127.0.0.1", port=0, identity=IDENTITY)
    aws = Aws(first.url)
    aws.secrets.create_secret(Name="left-over", SecretString="x")
    first.close()
    second = serve(cluster, host="127.0.0.1", port=0, identity=IDENTITY)
    try:
        names = [each["Name"] for each in Aws(second.url).secrets.list_secrets()["SecretList"]]
    finally:
        second.close()
    assert "left-over" not in names


def test_the_account_is_the_identity_s(cluster: InMemory) -> None:
    """ARNs carry the account and the region that the identity names."""
    identity = Identity(
        cluster="lab",
        database="shop",
        admin="boss",
        admin_password="s",
        user="app",
        password="s",
        account="210987654321",
    )
    server = serve(cluster, host="127.0.0.1", port=0, identity=identity)
    try:
        shown = Aws(server.url).rds.describe_db_clusters(DBClusterIdentifier="lab")["DBClusters"][0]
    finally:
        server.close()
    assert shown["DBClusterArn"] == "arn:aws:rds:us-east-1:210987654321:cluster:lab"


def test_passwords_never_show() -> None:
    """An identity can be printed."""
    assert "secret" not in repr(IDENTITY).replace("secret='lab/app'", "")


def test_applications_find_their_way_in_the_secret(aws: Aws) -> None:
    """The secret has the shape of AWS's own for RDS, and leads to the writer endpoint."""
    secret = json.loads(aws.secrets.get_secret_value(SecretId="lab/app")["SecretString"])
    assert secret == {
        "engine": "postgres",
        "host": "127.0.9.1",
        "port": 5432,
        "username": "app",
        "password": "app-secret",
        "dbname": "shop",
        "dbClusterIdentifier": "lab",
    }


def test_the_master_user_s_secret_is_found_through_the_cluster(aws: Aws) -> None:
    """As with a password that RDS manages, the cluster names the secret."""
    cluster = aws.rds.describe_db_clusters()["DBClusters"][0]
    secret = aws.secrets.get_secret_value(SecretId=cluster["MasterUserSecret"]["SecretArn"])
    assert json.loads(secret["SecretString"]) == {"username": "boss", "password": "boss-secret"}


def test_many_clients_at_once(aws: Aws) -> None:
    """Concurrent requests do not disturb each other."""

    def ask(number: int) -> Any:
        if number % 2:
            return aws.rds.describe_db_clusters()["DBClusters"][0]["Status"]
        return aws.rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"]

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(80))) == {"available"}


def test_importing_is_quick() -> None:
    """Moto is imported when serving, not when importing."""
    code = "import sys, lab.api; sys.exit('moto' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=10)


@pytest.mark.skipif(shutil.which("aws") is None, reason="the aws command line is not installed")
def test_the_command_line_works(server: Server) -> None:
    """What people type on AWS works on the lab."""
    command = ["aws", "--endpoint-url", server.url, "--output", "json", "rds", "describe-db-clusters"]
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["DBClusters"][0]["Endpoint"] == "127.0.9.1"
