"""Stores to keep runs in: a folder, and a bucket behind a server that speaks S3 over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from drill.reporting import summary
from drill.reporting.records import ExperimentRecord
from drill.reporting.store import S3, Local, Store
from tests.drill.reporting.trends.runs import recovery, run

Make = Callable[..., Path]


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    """A server of its own, on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def client(s3_url: str) -> Any:
    """Its client, which takes a second to make."""
    session = boto3.Session(aws_access_key_id="drill", aws_secret_access_key="drill", region_name="us-east-1")
    return session.client("s3", endpoint_url=s3_url)


@pytest.fixture
def bucket(client: Any) -> S3:
    """An empty bucket, and a prefix in it."""
    name = f"evidence-{uuid4().hex[:12]}"
    client.create_bucket(Bucket=name)
    return S3(client=client, bucket=name, prefix="team/drill/")


@pytest.fixture
def folder(tmp_path: Path) -> Local:
    """An empty folder."""
    return Local(reports=tmp_path / "kept")


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each kind of store."""
    found: Store = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make the folder of a run of that day, as pytest leaves it: pages, evidence, and the summary last."""

    def make(day: int = 0, *experiments: ExperimentRecord, target: str = "lab", into: str = "reports") -> Path:
        record = run(day, *(experiments or (recovery(1.3),)), target=target)
        folder = tmp_path / into / "runs" / record.name
        evidence = folder / "failover" / "crash"
        evidence.mkdir(parents=True)
        (folder / "index.html").write_text("<!doctype html><title>ü</title>", encoding="utf-8")
        (folder / "validation.md").write_text("# held\n")
        (evidence / "history.parquet").write_bytes(b"PAR1" + bytes(range(256)) * 40 + b"PAR1")
        (evidence / "timeline.svg").write_text("<svg/>")
        kept = tuple(replace(each, directory=evidence) for each in record.experiments)
        summary.write(replace(record, experiments=kept), folder / "summary.json")
        return folder

    return make


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones as well."""
    return {
        each.relative_to(folder).as_posix(): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()
    }
