"""[store] of drill.toml: where runs are kept beside the folder reports/."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from drill.config.section import Section, Text


def _s3(url: str) -> str:
    if not url.startswith("s3://") or not url.removeprefix("s3://").split("/")[0]:
        raise ValueError('no place for runs; write it as "s3://bucket/prefix"')
    return url


class StoreSettings(Section):
    """`url` is an "s3://bucket/prefix" that every run is copied to when it ends; without it runs stay in reports/.

    `endpoint_url` and `profile` are boto3's, for a store that is not where the default credentials lead.
    """

    url: Annotated[Text, AfterValidator(_s3), Field(examples=["s3://release-evidence/drill"])] | None = None
    region: Text | None = None
    endpoint_url: Text | None = None
    profile: Text | None = None
