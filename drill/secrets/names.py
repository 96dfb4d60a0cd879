"""Which names stand for a secret, and which parts of a URL are one."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from drill.secrets.known import TELLING, know

_TELLING = re.compile(
    r"(?i)password|passwd|passphrase|webhook|credential|(?:^|[_.-])(?:secret|token|sig|signature)(?:$|[_.-])"
    r"|(?:^|[_.-])(?:api)?key$|access[_-]?key$"
)
_OF_A_PLACE = re.compile(r"(?i)[_.-](?:file|path|dir|folder|uri|arn|name|id|age|days|ttl|seconds)$")


def is_telling(name: str) -> bool:
    """Whether what has this name is a secret: DRILL_PASSWORD is, PWD and AWS_ACCESS_KEY_ID are not."""
    return bool(_TELLING.search(name)) and not _OF_A_PLACE.search(name)


def know_url(url: str | None) -> None:
    """Mask a URL that is a secret itself, such as a webhook's, and the long parts of it that errors name alone."""
    whole = (url or "").strip()
    parts = _split(whole)
    below = whole.partition(parts.netloc)[2] if parts.netloc else ""
    segments = [each for each in (below, *re.split(r"[/?&=#]", below)) if len(each) >= TELLING]
    know(whole, *segments, *map(unquote, segments))
    know_login(whole)


def know_login(url: str | None) -> None:
    """Mask what stands before the host of a URL, and parameters of telling names; the host itself stays.

    A long user without a password is a token, as in https://TOKEN@host.
    """
    parts = _split((url or "").strip())
    login = parts.netloc.rpartition("@")[0]
    user, _, password = login.partition(":")
    if not password and len(user) >= TELLING:
        password = user
    know(login if password else None, password, unquote(password))
    know(*(value for name, value in parse_qsl(parts.query) if is_telling(name)))


def _split(url: str) -> SplitResult:
    """Its parts; none of what is no URL."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
