"""[store] of drill.toml: where runs are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.config import StoreSettings
from drill.config.loading import parse
from drill.errors import ConfigError

FILE = Path("drill.toml")


def test_without_a_store_runs_stay_where_they_are() -> None:
    """Which is what happens without the table."""
    assert parse("", FILE).store == StoreSettings()
    assert parse("[store]", FILE).store.url is None


@pytest.mark.parametrize("url", ["s3://release-evidence", "s3://release-evidence/", "s3://a.b-c/team/drill/"])
def test_a_bucket_with_or_without_a_prefix(url: str) -> None:
    """As S3 lets it be called."""
    found = parse(f'[store]\nurl = "{url}"\nregion = "eu-west-1"\nprofile = "evidence"', FILE).store
    assert (found.url, found.region, found.profile) == (url, "eu-west-1", "evidence")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('url = "release-evidence"', 'store.url: no place for runs; write it as "s3://bucket/prefix"'),
        ('url = "https://release-evidence"', "store.url: no place for runs"),
        ('url = "s3://"', "store.url: no place for runs"),
        ('url = "s3://Evidence"', "store.url: no place for runs"),
        ('url = "s3://evidence/../others"', 'store.url: no prefix in a bucket; write it as "s3://evidence/team/drill"'),
        ('url = "s3://evidence/a//b"', "store.url: no prefix in a bucket"),
        ('url = ""', "store.url: is empty"),
        ("url = 1", "store.url: wrong type"),
        ('endpoint_url = "localhost:9000"', "store.endpoint_url: no URL; write it with its scheme"),
        ('uri = "s3://evidence"', 'store.uri: unknown key; did you mean "url"?'),
    ],
)
def test_what_is_wrong_is_one_line(text: str, line: str) -> None:
    """File, key, remedy."""
    with pytest.raises(ConfigError) as raised:
        parse(f"[store]\n{text}", FILE)
    assert str(raised.value).startswith(f"drill.toml: {line}")
    assert "\n" not in str(raised.value)
