"""[store] of drill.toml: where runs are kept beside the folder reports/."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from drill.config.section import Section, Text

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""


def _s3(url: str) -> str:
    scheme, _, rest = url.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not _BUCKET.fullmatch(bucket):
        raise ValueError('no place for runs; write it as "s3://bucket/prefix"')
    if any(step in {"", ".", ".."} for step in prefix.strip("/").split("/")) and prefix.strip("/"):
        raise ValueError(f'no prefix in a bucket; write it as "s3://{bucket}/team/drill"')
    return url


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError('no URL; write it with its scheme, as in "https://localhost:9000"')
    return url


class StoreSettings(Section):
    """`url` is an "s3://bucket/prefix" that every run is copied to when it ends; without it runs stay in reports/.

    `endpoint_url`, `region` and `profile` are boto3's, for a store that is not where the default credentials lead.
    """

    url: Annotated[Text, AfterValidator(_s3), Field(examples=["s3://release-evidence/drill"])] | None = None
    region: Annotated[Text, Field(examples=["eu-west-1"])] | None = None
    endpoint_url: Annotated[Text, AfterValidator(_http), Field(examples=["https://localhost:9000"])] | None = None
    profile: Annotated[Text, Field(examples=["evidence"])] | None = None
