"""What the control plane announces is heard through boto3's real protocol."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import polars as pl
import pytest

from drill.probes.control_plane import announce, rds
from drill.probes.plan import ControlPlane, ProbePlan
from drill.probes.run import Run
from drill.targets.postgres import Address
from tests.drill.probes.server import free_port, wait_until

NOWHERE = Address(host="127.0.0.1", port=1, user="u", password="", dbname="d")


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """An API with a cluster of two instances, the first of which writes."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    plane = ControlPlane(
        cluster="orders", region="eu-west-1", endpoint_url=f"http://{host}:{port}", access_key="k", secret_key="s"
    )
    # Not the probe's own client: moto takes seconds to wake up, and a probe waits for one.
    api = boto3.client(
        "rds",
        region_name=plane.region,
        endpoint_url=plane.endpoint_url,
        aws_access_key_id="k",
        aws_secret_access_key="s",
    )
    engine: dict[str, Any] = {"DBClusterIdentifier": "orders", "Engine": "aurora-postgresql"}
    api.create_db_cluster(**engine, MasterUsername="root", MasterUserPassword="password")
    for name in ("a", "b"):
        api.create_db_instance(**engine, DBInstanceIdentifier=name, DBInstanceClass="db.r6g.large")
    yield plane
    server.stop()


def listen(plane: ControlPlane, until_rows: int = 2) -> pl.DataFrame:
    """What is recorded of a control plane within the first rows."""
    run = Run(plan=ProbePlan(schema="any", writer=NOWHERE))
    api = rds(plane)

    async def some() -> None:
        listening = asyncio.create_task(announce(run, "watcher-api", plane, api))
        await asyncio.to_thread(wait_until, lambda: len(run.recorder) >= until_rows, "so many rows")
        run.stop()
        await listening

    asyncio.run(some())
    return run.recorder.frame()


def test_announced_writer_is_recorded_every_interval(plane: ControlPlane) -> None:
    """Each answer names the writer and counts the members."""
    heard = listen(plane, 3)
    assert set(heard.select("client", "action", "value", "endpoint", "server", "outcome").rows()) == {
        ("watcher-api", "announce", 2, "api", "a", "ok")
    }
    assert min(heard["invoked_ns"].diff().drop_nulls()) > 80_000_000


def test_error_of_the_api_is_recorded_with_its_code(plane: ControlPlane) -> None:
    """A cluster that is not there is an answer too: AWS's own code, and nobody announced."""
    heard = listen(replace(plane, cluster="gone"))
    assert set(heard.select("value", "server", "outcome", "code").rows()) == {
        (None, None, "failed", "DBClusterNotFoundFault")
    }


def test_api_that_is_down_refuses(plane: ControlPlane) -> None:
    """Nobody listens: refused, and asked again."""
    heard = listen(replace(plane, endpoint_url=f"http://127.0.0.1:{free_port()}"))
    assert set(heard.select("outcome", "cause").rows()) == {("failed", "refused")}


def test_api_that_hangs_is_left_after_a_second(plane: ControlPlane) -> None:
    """An API that takes the connection and says nothing is silent, once, for a second."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        began = time.monotonic()
        heard = listen(replace(plane, endpoint_url=url), 1)
        took = time.monotonic() - began
    assert set(heard.select("outcome", "cause").rows()) == {("unknown", "silent")}
    assert took < 2.5
