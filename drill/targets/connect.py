"""From what drill.toml says of a target to the target: credentials found, nothing touched yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError

from drill.config import AuroraSettings
from drill.errors import ConfigError
from drill.secrets import know
from drill.targets.aurora import Aurora
from drill.targets.credentials import LAB_ROLE, session_of
from drill.targets.postgres import Address
from drill.targets.secrets import read_secret

if TYPE_CHECKING:
    from pathlib import Path

BUNDLE_URL = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"


def connect(name: str, settings: AuroraSettings, environment: Mapping[str, str]) -> Aurora:
    """Find who we are and make the target; ConfigError or TargetError say what is missing.

    Without `endpoint_url` it is AWS: TLS is verified in full against the RDS certificate bundle. Behind an
    endpoint of its own a certificate is verified where `ca_bundle` names one.
    """
    try:
        return _connect(name, settings, environment)
    except (BotoCoreError, ValueError) as error:
        # boto3 looks at both when it makes a client, before anything is asked.
        raise ConfigError(f"[target.{name}]: {error}; correct region or endpoint_url in drill.toml") from error


def _connect(name: str, settings: AuroraSettings, environment: Mapping[str, str]) -> Aurora:
    session = session_of(
        settings.region, profile=settings.profile, endpoint_url=settings.endpoint_url, environment=environment
    )
    user, password, database = _login(name, settings, session, environment)
    credentials = Address(
        host="",
        user=user,
        password=password,
        dbname=settings.dbname or database or "postgres",
        sslmode="verify-full" if settings.ca_bundle or not settings.endpoint_url else "prefer",
        sslrootcert=_bundle(name, settings),
    )
    return Aurora(
        name=name,
        cluster=settings.cluster,
        session=session,
        credentials=_with_token(settings, session, credentials),
        endpoint_url=settings.endpoint_url,
        fis_role=settings.fis_role or (LAB_ROLE if settings.endpoint_url else None),
        operator_secret=settings.operator_secret,
    )


def _login(
    name: str, settings: AuroraSettings, session: boto3.Session, environment: Mapping[str, str]
) -> tuple[str, str, str | None]:
    if settings.login == "secret":
        login = read_secret(str(settings.secret), session, endpoint_url=settings.endpoint_url)
        return login.user, login.password, login.dbname
    if settings.user is None:
        raise ConfigError(f"[target.{name}] names no user")
    password = "" if settings.login == "iam" else settings.password(environment)
    know(password)
    return settings.user, password, None


def _with_token(settings: AuroraSettings, session: boto3.Session, credentials: Address) -> Address:
    """IAM tokens hold for the host and port they were made for, and for 15 minutes: for each address a new one."""
    if settings.login != "iam":
        return credentials
    from drill.targets.iam import IamAddress

    return IamAddress.of(credentials, session=session)


def _bundle(name: str, settings: AuroraSettings) -> str | None:
    path: Path | None = settings.ca_bundle
    if path is None:
        if settings.endpoint_url:
            return None
        raise ConfigError(
            f"[target.{name}] names no ca_bundle, and TLS to AWS is verified: curl -O {BUNDLE_URL}, "
            'then ca_bundle = "global-bundle.pem"'
        )
    if not path.exists():
        raise ConfigError(f"[target.{name}] ca_bundle: there is no {path}: curl -O {BUNDLE_URL}")
    return str(path)
