"""Who we are to AWS: the session that a target's clients are made from."""

from __future__ import annotations

from collections.abc import Mapping

import boto3
from botocore.exceptions import BotoCoreError

from drill.errors import ConfigError
from drill.secrets import know_login

MADE_UP = "drill"
LAB_ROLE = "arn:aws:iam::123456789012:role/lab"
"""What FIS is told where there is an endpoint of one's own, which looks at no role."""


def session_of(
    region: str, *, profile: str | None, endpoint_url: str | None, environment: Mapping[str, str]
) -> boto3.Session:
    """A session in a region; ConfigError for a profile that is not there.

    An endpoint of one's own (the lab) takes any credentials, but boto3 insists on some.
    """
    own = endpoint_url and not profile and "AWS_ACCESS_KEY_ID" not in environment
    made_up = MADE_UP if own else None
    know_login(endpoint_url)
    try:
        return boto3.Session(
            region_name=region, profile_name=profile, aws_access_key_id=made_up, aws_secret_access_key=made_up
        )
    except BotoCoreError as error:
        raise ConfigError(f"profile {profile!r}: {error}") from error
