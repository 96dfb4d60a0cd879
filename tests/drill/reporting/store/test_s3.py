"""A bucket of runs, over HTTP: what is half copied is no run, and what is wrong is one line with the remedy."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, NoCredentialsError

from drill.errors import ConfigError, StoreError
from drill.reporting import summary
from drill.reporting.store import S3, summaries
from drill.reporting.store.asking import asking
from tests.drill.reporting.store.conftest import Make, content
from tests.drill.reporting.trends.runs import recovery


def test_objects_lie_under_the_prefix_and_say_what_they_are(bucket: S3, make: Make) -> None:
    """So that a browser opens the page of a run in the bucket, and shows its drawings."""
    folder = make()
    assert bucket.push(folder) == f"s3://{bucket.bucket}/team/drill/{folder.name}"
    types = {
        key: bucket.client.head_object(Bucket=bucket.bucket, Key=f"team/drill/{folder.name}/{key}")["ContentType"]
        for key in content(folder)
    }
    assert types == {
        "failover/crash/history.parquet": "application/vnd.apache.parquet",
        "failover/crash/timeline.svg": "image/svg+xml",
        "index.html": "text/html; charset=utf-8",
        "summary.json": "application/json",
        "validation.md": "text/markdown; charset=utf-8",
    }


def test_a_run_half_copied_is_none_until_it_is_whole(bucket: S3, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network breaks before the summary; pushed again, it is there."""
    folder = make()

    def broken(*_: object) -> bool:
        raise StoreError("the network is gone")

    with monkeypatch.context() as patched:
        patched.setattr(S3, "_finish", broken)
        with pytest.raises(StoreError):
            bucket.push(folder)
    there = bucket.client.list_objects_v2(Bucket=bucket.bucket, Prefix=f"{bucket.prefix}{folder.name}/")
    assert there["KeyCount"] == 4
    assert bucket.names() == ()
    assert summaries(bucket).runs == ()
    bucket.push(folder)
    assert bucket.names() == (folder.name,)


@pytest.mark.parametrize("step", ["_claim", "_upload", "_finish"])
def test_of_two_that_push_at_once_one_is_kept_whole(
    bucket: S3, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Both have seen that nothing is there: whoever claims the name first is kept, and no file of the other's."""
    one, other = (make(0, into=f"from-{each}") for each in range(2))
    (other / "validation.md").write_text("# held, elsewhere\n")
    summary.write(summary.read(other / "summary.json"), other / "summary.json")
    taken = getattr(S3, step)
    refused = []

    def push(folder: Path) -> None:
        try:
            bucket.push(folder)
        except StoreError as error:
            refused.append((folder, str(error)))

    def meanwhile(*given: Any) -> object:
        monkeypatch.setattr(S3, step, taken)
        push(other)
        return taken(*given)

    monkeypatch.setattr(S3, step, meanwhile)
    push(one)
    kept, late = (other, one) if step == "_claim" else (one, other)
    place = f"s3://{bucket.bucket}/team/drill/{one.name}"
    assert refused == [(late, f"{place}: another run by the same name is being copied there; use another prefix")]
    assert bucket.names() == (one.name,)
    assert content(bucket.fetch(one.name, tmp_path / "back")) == content(kept)


def test_what_was_changed_in_the_bucket_is_not_fetched(bucket: S3, make: Make, tmp_path: Path) -> None:
    """A file that was replaced, and one that is gone; and nothing of it stays behind."""
    folder = make()
    bucket.push(folder)
    key = f"team/drill/{folder.name}/validation.md"
    bucket.client.put_object(Bucket=bucket.bucket, Key=key, Body=b"# held, really")
    with pytest.raises(StoreError, match=r"not the run that was sealed: 'validation.md'"):
        bucket.fetch(folder.name, tmp_path / "back")
    bucket.client.delete_object(Bucket=bucket.bucket, Key=key)
    with pytest.raises(StoreError, match=r"'validation.md': is missing"):
        bucket.fetch(folder.name, tmp_path / "back")
    assert list((tmp_path / "back").iterdir()) == []


@pytest.mark.parametrize("path", ["../../evil", "a/../../evil", "/evil", "a//evil", ".ssh/evil", "a\\evil"])
def test_no_object_is_written_outside_the_folder(bucket: S3, make: Make, tmp_path: Path, path: str) -> None:
    """Whoever can write into the bucket cannot write anywhere else."""
    folder = make()
    bucket.push(folder)
    bucket.client.put_object(Bucket=bucket.bucket, Key=f"team/drill/{folder.name}/{path}", Body=b"#!/bin/sh")
    with pytest.raises(StoreError, match="no path of a file of a run"):
        bucket.fetch(folder.name, tmp_path / "back")
    assert not list(tmp_path.rglob("evil"))
    assert not (tmp_path / "back").exists()


def test_what_consoles_put_there_is_no_file(bucket: S3, make: Make, tmp_path: Path) -> None:
    """An empty object that stands for a folder; nor is any other prefix a run."""
    folder = make()
    bucket.push(folder)
    for key in (f"team/drill/{folder.name}/", "team/drill/notes/readme.md", "team/drill/.hidden/summary.json"):
        bucket.client.put_object(Bucket=bucket.bucket, Key=key, Body=b"")
    assert bucket.names() == (folder.name,)
    assert content(bucket.fetch(folder.name, tmp_path / "back")) == content(folder)


def test_a_bucket_without_a_prefix(bucket: S3, make: Make) -> None:
    """The runs lie at its root."""
    root = replace(bucket, prefix="")
    folder = make()
    assert root.push(folder) == f"s3://{bucket.bucket}/{folder.name}"
    assert root.names() == (folder.name,)


def test_a_summary_from_a_bucket_leads_nowhere(bucket: S3, make: Make) -> None:
    """Its evidence was not fetched: no experiment has a directory; and a bad one is named by its place there."""
    folder = make()
    bucket.push(folder)
    (experiment,) = bucket.summary(folder.name).experiments
    assert experiment.directory is None
    bucket.client.put_object(
        Bucket=bucket.bucket, Key=f"team/drill/{folder.name}/summary.json", Body=json.dumps({"schema": 99}).encode()
    )
    with pytest.raises(ConfigError) as raised:
        bucket.summary(folder.name)
    assert str(raised.value).startswith(f"s3://{bucket.bucket}/team/drill/{folder.name}/summary.json: schema: is 99")


def test_a_figure_that_was_edited_in_the_bucket_is_not_read(bucket: S3, make: Make) -> None:
    """The summary's own digest tells, without a file of evidence; spelled otherwise it is the same summary."""
    folder = make(0, recovery(7.5))
    bucket.push(folder)
    key, text = f"team/drill/{folder.name}/summary.json", (folder / "summary.json").read_text()
    bucket.client.put_object(Bucket=bucket.bucket, Key=key, Body=json.dumps(json.loads(text)).encode())
    assert bucket.summary(folder.name).experiments[0].measured("recovery_time_s") == 7.5
    bucket.client.put_object(Bucket=bucket.bucket, Key=key, Body=text.replace("7.5", "1.5").encode())
    with pytest.raises(ConfigError) as raised:
        bucket.summary(folder.name)
    assert str(raised.value).startswith(f"s3://{bucket.bucket}/{key}: digest: it was altered after it was sealed")


def test_a_bucket_that_is_not_there_is_one_line(bucket: S3, make: Make) -> None:
    """Whatever is asked of it, with what to do."""
    gone = replace(bucket, bucket="evidence-that-is-not-there")
    for ask in (gone.names, lambda: gone.summary("20261001T000000Z-lab"), lambda: gone.push(make())):
        with pytest.raises(StoreError) as raised:
            ask()
        assert "no such bucket; create it, or mend url in [store] of drill.toml" in str(raised.value)
        assert "\n" not in str(raised.value)


def test_a_place_where_nobody_listens_is_one_line() -> None:
    """With the question that helps."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        client = boto3.Session(aws_access_key_id="x", aws_secret_access_key="y", region_name="us-east-1").client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{taken.getsockname()[1]}",
            config=Config(retries={"total_max_attempts": 1}),
        )
        with pytest.raises(StoreError, match=r"is endpoint_url in \[store\] right, and the network there"):
            S3(client=client, bucket="evidence").names()


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("AccessDenied", "access denied; allow s3:PutObject to who runs this"),
        ("403", "access denied; allow s3:PutObject to who runs this"),
        ("NoSuchBucket", "no such bucket; create it"),
        ("ExpiredToken", "log in again"),
        ("InvalidAccessKeyId", "nobody there knows the access key"),
        ("PermanentRedirect", "the bucket is in another region"),
        ("SlowDown", "s3:PutObject: SlowDown: Please reduce your request rate."),
    ],
)
def test_what_a_bucket_refuses_is_told_with_its_remedy(code: str, remedy: str) -> None:
    """By the code of its answer; one that we do not know is told as it is."""
    answer: Any = {"Error": {"Code": code, "Message": "Please reduce your request rate."}}
    with pytest.raises(StoreError, match=r"^s3://b/x: ") as raised, asking("s3:PutObject", "s3://b/x"):
        raise ClientError(answer, "PutObject")
    assert remedy in str(raised.value)


def test_without_credentials_the_remedy_is_to_log_in() -> None:
    """And not a traceback."""
    with pytest.raises(StoreError, match="log in to AWS, or name a profile"), asking("s3:ListBucket", "s3://b"):
        raise NoCredentialsError


def test_a_bucket_that_denies_is_one_line(bucket: S3, s3_url: str, make: Make) -> None:
    """As a server says it: nobody there knows who asks."""
    bucket.client.put_bucket_acl(Bucket=bucket.bucket, ACL="private")
    folder = make()
    bucket.push(folder)
    nobody = boto3.Session(region_name="us-east-1").client(
        "s3", endpoint_url=s3_url, config=Config(signature_version=UNSIGNED)
    )
    with pytest.raises(StoreError, match="access denied; allow s3:GetObject to who runs this"):
        S3(client=nobody, bucket=bucket.bucket, prefix=bucket.prefix).summary(folder.name)
