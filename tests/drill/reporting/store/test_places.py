"""From what drill.toml says to the store that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.config import StoreSettings
from drill.errors import ConfigError
from drill.reporting.store import S3, Local, store_at
from tests.drill.reporting.store.conftest import Make


def test_a_folder_is_a_folder() -> None:
    """Wherever it lies."""
    assert store_at("some/reports", StoreSettings()) == Local(reports=Path("some/reports"))


@pytest.mark.parametrize(
    ("url", "prefix"),
    [("s3://evidence", ""), ("s3://evidence/", ""), ("s3://evidence/a/b", "a/b/"), ("s3://evidence/a/b/", "a/b/")],
)
def test_a_bucket_and_its_prefix(url: str, prefix: str) -> None:
    """With a slash at the end or without."""
    found = store_at(url, StoreSettings(region="eu-west-1"))
    assert isinstance(found, S3)
    assert (found.bucket, found.prefix, str(found)) == ("evidence", prefix, url.rstrip("/"))
    assert found.client.meta.region_name == "eu-west-1"


def test_a_bucket_is_asked_where_the_settings_say(
    s3_url: str, bucket: S3, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By that endpoint, with the credentials of the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "drill")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "drill")
    folder = make()
    store = store_at(str(bucket), StoreSettings(endpoint_url=s3_url, region="us-east-1"))
    store.push(folder)
    assert bucket.names() == (folder.name,)


def test_what_names_no_place_is_refused() -> None:
    """A profile that is not there, and a bucket without a name."""
    with pytest.raises(ConfigError, match="profile"):
        store_at("s3://evidence", StoreSettings(profile="nobody-has-this-profile"))
    with pytest.raises(ConfigError, match="names no bucket"):
        store_at("s3:///prefix", StoreSettings())
    with pytest.raises(ConfigError, match=r"^gs://evidence: is no store; write s3://bucket/prefix"):
        store_at("gs://evidence", StoreSettings())
