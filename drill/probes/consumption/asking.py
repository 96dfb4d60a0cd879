"""How control planes are asked here: what boto3 raises becomes a ProbeError that says what could not be learned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from drill.errors import ProbeError


@contextmanager
def asking(action: str) -> Iterator[None]:
    """For the length of a block; `action` is as a policy would name it."""
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        raise ProbeError(
            f"could not ask {action}: {said.get('Code')}: {said.get('Message')}; is it allowed to whoever asks?"
        ) from error
    except BotoCoreError as error:
        raise ProbeError(f"could not ask {action}: {error}; is the endpoint right?") from error
