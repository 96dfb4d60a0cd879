"""Keeping passwords, tokens and keys out of what a run leaves behind: rather a word too many than too few."""

from __future__ import annotations

import re
from typing import NamedTuple

from drill.secrets import MASK, masked

__all__ = ["MASK", "redact"]

_NAMED = (
    r"(?:password|passwd|passphrase|pwd|secret[_-]?access[_-]?key|secret[_-]?string"
    r"|session[_-]?token|security[_-]?token|auth[_-]?token|api[_-]?key|signing[_-]?key)"
)
_QUOTED = r"'(?:[^'\\]|\\.|'')*'?|\"(?:[^\"\\]|\\.)*\"?"

_INSIDE = r"[^\s,;)}\]]"
_REST = f"{_INSIDE}*"


class _Shape(NamedTuple):
    """How a secret looks, what is left of it, and words of which one stands in every text that holds one."""

    pattern: re.Pattern[str]
    instead: str
    words: tuple[str, ...]


_SHAPES = (
    # a private key, whole
    _Shape(
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
        MASK,
        ("private key",),
    ),
    # postgresql://user:password@host: all that stands before the host, up to the last @
    _Shape(re.compile(r"(?<=://)[^\s/]*@"), f"{MASK}@", ("://",)),
    # password=..., "password": "...", PGPASSWORD='...'; unquoted up to the next blank; a mask stays as it is
    _Shape(
        re.compile(rf"(?i)({_NAMED}[\\\"']*\s*[=:]\s*\\*)(?:(?:{_QUOTED}){_REST}|\*{{3}}(?!{_INSIDE})|\S+)"),
        rf"\g<1>{MASK}",
        ("pass", "pwd", "key", "token", "string"),
    ),
    # ALTER ROLE app PASSWORD '...', as a server logs it, and what it keeps of one
    _Shape(re.compile(r"(?i)\b(password\s+(?:e|u&)?)'(?:[^'\\]|\\.|'')*'?"), rf"\g<1>{MASK}", ("password",)),
    _Shape(re.compile(r"SCRAM-SHA-256\$\d+:[\w+/=$:]+"), MASK, ("scram-",)),
    # the path of such a webhook is all that it takes to use it
    _Shape(
        re.compile(r"(?<=https://hooks\.slack\.com/)(?:services|workflows|triggers)/[\w/-]+"), MASK, ("hooks.slack",)
    ),
    # tokens of IAM authentication are presigned URLs
    _Shape(
        re.compile(r"(?i)\b(X-Amz-(?:Signature|Credential|Security-Token)=)[^\s&\"']+"), rf"\g<1>{MASK}", ("x-amz-",)
    ),
    _Shape(re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]{16,}"), rf"\g<1>{MASK}", ("bearer",)),
    _Shape(re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), MASK, ("eyj",)),
    # AWS access keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    _Shape(re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), MASK, ("akia", "asia")),
    # AWS secret keys: 40 characters of base64; a SHA-1 has 40 as well, but no capitals
    _Shape(
        re.compile(
            r"(?<![\w/+=])(?=[A-Za-z0-9/+]{40}(?![\w/+=]))"
            r"(?=[\w/+]*[A-Z])(?=[\w/+]*[a-z])(?=[\w/+]*[0-9])[A-Za-z0-9/+]{40}"
        ),
        MASK,
        ("",),
    ),
)


def redact(text: str) -> str:
    """Mask what is known to be secret, and what looks like a password, a token, a key, or the login of a URL.

    Twice is the same as once. To be asked before a text is escaped or cut: of what is left of a secret then, not all
    would be known again.
    """
    text = masked(text)
    # Searching a text for a word takes a hundredth of the time that searching it for a pattern does.
    folded = text.casefold()
    for shape in _SHAPES:
        if any(word in folded for word in shape.words):
            text = shape.pattern.sub(shape.instead, text)
    return text
