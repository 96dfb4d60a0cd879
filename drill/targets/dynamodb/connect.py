"""From what drill.toml says of tables to the target: credentials found, nothing touched yet."""

from __future__ import annotations

from collections.abc import Mapping

from botocore.exceptions import BotoCoreError

from drill.config import AuroraSettings, DynamoDBSettings
from drill.errors import ConfigError
from drill.targets.credentials import LAB_ROLE, session_of
from drill.targets.dynamodb.tables import Tables


def connect_tables(name: str, settings: DynamoDBSettings, environment: Mapping[str, str]) -> Tables:
    """Find who we are and make the target; ConfigError says what is missing."""
    try:
        return Tables(
            name=name,
            session=session_of(
                settings.region,
                profile=settings.profile,
                endpoint_url=settings.endpoint_url,
                environment=environment,
            ),
            tables=settings.tables,
            endpoint_url=settings.endpoint_url,
            replica_region=settings.replica_region,
            profile=settings.profile,
            fis_role=settings.fis_role or (LAB_ROLE if settings.endpoint_url else None),
        )
    except (BotoCoreError, ValueError) as error:
        # boto3 looks at both when it makes a client, before anything is asked.
        raise ConfigError(f"[target.{name}]: {error}; correct region or endpoint_url in drill.toml") from error


def tables_beside(settings: AuroraSettings) -> DynamoDBSettings | None:
    """The tables that drill.toml names beside a cluster, as a target of their own; None where it names none."""
    if not settings.tables:
        return None
    return DynamoDBSettings(
        kind="dynamodb",
        region=settings.region,
        tables=settings.tables,
        endpoint_url=settings.endpoint_url,
        profile=settings.profile,
        fis_role=settings.fis_role,
    )
