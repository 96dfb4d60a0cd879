"""What is said when a bucket does not do what it is asked: the call, the place, and the remedy."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from drill.errors import StoreError
from drill.targets.boto import NO_CREDENTIALS, SAID

if TYPE_CHECKING:
    from collections.abc import Iterator

_REMEDIES = {
    "NoSuchBucket": "no such bucket; create it, or mend url in [store] of drill.toml",
    "AccessDenied": "access denied; allow {action} to who runs this",
    "403": "access denied; allow {action} to who runs this",
    "InvalidAccessKeyId": "nobody there knows the access key; log in again, or name a profile in [store] of drill.toml",
    "SignatureDoesNotMatch": "the secret key is wrong; log in again, or name a profile in [store] of drill.toml",
    "ExpiredToken": "the session has expired; log in again",
    "PermanentRedirect": "the bucket is in another region; name it as region in [store] of drill.toml",
    "301": "the bucket is in another region; name it as region in [store] of drill.toml",
}
"""By the code of the answer; that of a HEAD is a bare number, since it has no body."""


def code_of(error: ClientError) -> str:
    """What the answer calls the error."""
    return str(error.response.get("Error", {}).get("Code", "?"))


@contextmanager
def asking(action: str, where: str) -> Iterator[None]:
    """Turn what boto3 raises into a StoreError of one line."""
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        remedy = _REMEDIES.get(code)
        said = error.response.get("Error", {}).get("Message", "")
        told = remedy.format(action=action) if remedy else f"{action}: {code}: {said}".rstrip(": ")
        raise StoreError(f"{where}: {told}") from error
    except NO_CREDENTIALS as error:
        raise StoreError(f"{where}: {error}; log in to AWS, or name a profile in [store] of drill.toml") from error
    except (BotoCoreError, Boto3Error, ResponseParserError) as error:
        told = " ".join(str(error).split())[:SAID]
        raise StoreError(f"{where}: {told}; is endpoint_url in [store] right, and the network there?") from error
