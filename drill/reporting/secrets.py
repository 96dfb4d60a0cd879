"""Keeping passwords, tokens and keys out of what a run leaves behind: rather a word too many than too few."""

from __future__ import annotations

import re

MASK = "***"

_NAMES = (
    r"[\w.-]*(?:password|passwd|passphrase|pwd|secret[_-]?access[_-]?key|secret[_-]?string"
    r"|session[_-]?token|security[_-]?token|auth[_-]?token|api[_-]?key)"
)
_QUOTED = r"'(?:[^'\\]|\\.|'')*'?|\"(?:[^\"\\]|\\.)*\"?"

_INSIDE = r"[^\s,;)}\]]"
_REST = f"{_INSIDE}*"

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    # a private key, whole
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
        MASK,
    ),
    # postgresql://user:password@host: all that stands before the host, up to the last @
    (re.compile(r"(?<=://)[^\s/]*@"), f"{MASK}@"),
    # password=..., "password": "...", PGPASSWORD='...'; unquoted up to the next blank; a mask stays as it is
    (
        re.compile(rf"(?i)\b({_NAMES}[\\\"']*\s*[=:]\s*\\*)(?:(?:{_QUOTED}){_REST}|\*{{3}}(?!{_INSIDE})|\S+)"),
        rf"\g<1>{MASK}",
    ),
    # tokens of IAM authentication are presigned URLs
    (re.compile(r"(?i)\b(X-Amz-(?:Signature|Credential|Security-Token)=)[^\s&\"']+"), rf"\g<1>{MASK}"),
    (re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]{16,}"), rf"\g<1>{MASK}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), MASK),
    # AWS access keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), MASK),
    # AWS secret keys: 40 characters of base64; a SHA-1 has 40 as well, but no capitals
    (
        re.compile(r"(?<![\w/+=])(?=[\w/+]*[A-Z])(?=[\w/+]*[a-z])(?=[\w/+]*[0-9])[A-Za-z0-9/+]{40}(?![\w/+=])"),
        MASK,
    ),
)


def redact(text: str) -> str:
    """Mask what looks like a password, a token, a key, or the login of a URL; twice is the same as once."""
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text
