"""What every call over boto3 has in common: its deadline, and what is said when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from drill.errors import FaultError, TargetError

DEADLINE_S = 5
SAID = 300
"""Characters of an answer that is none of AWS's, such as a web page."""
NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)


def config() -> Config:
    """For every client: a call ends soon, and is tried twice at most."""
    return Config(connect_timeout=DEADLINE_S, read_timeout=DEADLINE_S, retries={"total_max_attempts": 2})


@contextmanager
def asking(action: str, kind: type[TargetError | FaultError] = TargetError, *, what: str, where: str) -> Iterator[None]:
    """Turn what boto3 raises into one sentence that names the call, what it was about, the place and the remedy."""
    try:
        yield
    except ClientError as error:
        said = error.response["Error"]
        code, message = said.get("Code", "?"), said.get("Message", "")
        remedy = f"; allow {action} to who runs this" if "AccessDenied" in code else ""
        raise kind(f"{action} for {what} at {where}: {code}: {message}{remedy}") from error
    except NO_CREDENTIALS as error:
        raise kind(f"{action} at {where}: {error}; log in to AWS, or name a profile in drill.toml") from error
    except (BotoCoreError, ResponseParserError) as error:
        told = " ".join(str(error).split())[:SAID]
        raise kind(f"{action} at {where}: {told}; is endpoint_url right, and the network there?") from error
