"""What every call over boto3 has in common: its deadline, and how AWS says that it does not know us."""

from botocore.config import Config
from botocore.exceptions import (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

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
