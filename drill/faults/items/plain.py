"""Clients that try once: what a fault sees of itself must not be hidden by anybody's patience."""

from __future__ import annotations

import os
from typing import Any

from botocore.config import Config

from drill.items import Place
from drill.targets.credentials import session_of


def plain_client(
    place: Place, *, region: str | None = None, answer_within_s: float = 1.0, connections: int = 10, attempts: int = 1
) -> Any:
    """A boto3 client of DynamoDB that sends each call once, and gives it up after `answer_within_s`.

    What heals must be patient, and makes several `attempts`, with boto3's own waits between them.
    """
    session = session_of(
        region or place.region, profile=place.profile, endpoint_url=place.endpoint_url, environment=os.environ
    )
    return session.client(
        "dynamodb",
        endpoint_url=place.endpoint_url,
        config=Config(
            connect_timeout=answer_within_s,
            read_timeout=answer_within_s,
            retries={"total_max_attempts": attempts, "mode": "standard"},
            max_pool_connections=connections,
        ),
    )
