"""Logins out of Secrets Manager, in the shape in which RDS keeps them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from drill.errors import TargetError
from drill.secrets import know
from drill.targets.boto import NO_CREDENTIALS, SAID, config


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who we are to a database; `dbname` where the secret names one."""

    user: str
    password: str = field(repr=False)
    dbname: str | None = None


def read_secret(secret: str, session: boto3.Session, *, endpoint_url: str | None) -> Login:
    """Ask Secrets Manager; TargetError says what is wrong, and never what is in the secret."""
    client = session.client("secretsmanager", endpoint_url=endpoint_url, config=config())
    where = endpoint_url or f"AWS in {session.region_name}"
    try:
        found = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
        know(found["password"])
        return Login(user=found["username"], password=found["password"], dbname=found.get("dbname"))
    except ClientError as error:
        said = error.response["Error"]
        raise TargetError(
            f"the secret {secret} at {where}: {said.get('Code')}: {said.get('Message')}; "
            "is the name right, and is secretsmanager:GetSecretValue allowed?"
        ) from error
    except NO_CREDENTIALS as error:
        raise TargetError(
            f"secretsmanager:GetSecretValue at {where}: {error}; log in to AWS, or name a profile in drill.toml"
        ) from error
    except (BotoCoreError, ResponseParserError) as error:
        told = " ".join(str(error).split())[:SAID]
        raise TargetError(
            f"secretsmanager:GetSecretValue at {where}: {told}; is endpoint_url right, and the network there?"
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise TargetError(
            f"the secret {secret} at {where} is no JSON with username and password, as RDS makes them"
        ) from error
