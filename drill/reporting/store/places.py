"""From what drill.toml or an option says to the store that is meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from drill.errors import ConfigError
from drill.reporting.store.local import Local
from drill.reporting.store.s3 import AT_ONCE, S3

if TYPE_CHECKING:
    from drill.config.store import StoreSettings
    from drill.reporting.store.store import Store

SCHEME = "s3://"


def store_at(place: str, settings: StoreSettings) -> Store:
    """The store at "s3://bucket/prefix", or in a folder such as "reports".

    `settings` say with which profile, region and endpoint a bucket is asked; nothing is asked yet. A ConfigError for
    another scheme, and for a profile that is not there.
    """
    if not place.startswith(SCHEME):
        if "://" in place:
            raise ConfigError(f"{place}: is no store; write s3://bucket/prefix, or a folder such as reports")
        return Local(reports=Path(place))
    bucket, _, prefix = place.removeprefix(SCHEME).partition("/")
    if not bucket:
        raise ConfigError(f"{place}: names no bucket; write it as s3://bucket/prefix")
    prefix = prefix.strip("/")
    return S3(client=_client(settings), bucket=bucket, prefix=f"{prefix}/" if prefix else "")


def _client(settings: StoreSettings) -> object:
    try:
        session = boto3.Session(profile_name=settings.profile, region_name=settings.region)
        return session.client("s3", endpoint_url=settings.endpoint_url, config=_config())
    except (BotoCoreError, ValueError) as error:
        raise ConfigError(f"[store] of drill.toml: {error}; mend what it says") from error


def _config() -> Config:
    """For a network that is down: said within half a minute, since a run waits to end meanwhile."""
    return Config(
        connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 2}, max_pool_connections=2 * AT_ONCE
    )
