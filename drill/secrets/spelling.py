"""How a value may be spelled in a text: quoted, escaped, or encoded, and one within the other."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

Spell = Callable[[str], str]


def spellings(value: str) -> set[str]:
    """Every spelling, and every spelling of a spelling: a URL in JSON, JSON in HTML, a connection string in a repr."""
    once = {spell(value) for spell in _SPELLS}
    return once | {spell(each) for each in once for spell in _SPELLS}


def core_of(value: str) -> str:
    """The longest part of a value that stands as it is in all of its `spellings`; empty where there is none.

    Two letters or digits at least: a single one may be that of an escape.
    """
    return max(re.findall(r"[A-Za-z0-9]{2,}", value), key=len, default="")


def in_base64(value: str) -> set[str]:
    """What all texts that hold the value have in common in base64, a text for each of the three ways to lie there.

    Example: "app:pass" and "pass" share characters of base64 only from the second byte of "pass" on.
    """
    raw = value.encode("utf-8", "replace")
    found = set()
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw).decode()
        # A character is 6 bits: those at the ends also hold bits of what stands beside the value.
        core = encoded[-(-8 * before // 6) : 8 * (before + len(raw)) // 6]
        found |= {core, core.replace("+", "-").replace("/", "_")}
    return found


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def _in_script(marks: str) -> Spell:
    """JSON that stands in a page has marks of HTML escaped as well."""
    return lambda value: re.sub(f"[{marks}]", lambda found: f"\\u{ord(found[0]):04x}", _in_json(value))


def _in_url(safe: str) -> Spell:
    return lambda value: quote(value, safe=safe, errors="replace")


def _in_form(value: str) -> str:
    return quote_plus(value, errors="replace")


def _in_small_hex(spell: Spell) -> Spell:
    return lambda value: re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), spell(value))


_IN_URLS: tuple[Spell, ...] = (_in_url(""), _in_url("/"), _in_form)
_SPELLS: tuple[Spell, ...] = (
    lambda value: value,
    _in_json,
    lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    _in_script("<>/"),  # plotly
    _in_script("<>&'"),  # Jinja
    lambda value: repr(value)[1:-1],
    lambda value: value.replace("\\", "\\\\").replace("'", "\\'"),  # libpq
    lambda value: value.replace("'", "''"),  # SQL
    html.escape,
    lambda value: html.escape(value, quote=False),
    lambda value: html.escape(value, quote=False).replace('"', "&quot;"),  # Python's writers of XML
    lambda value: html.escape(value, quote=False).replace('"', "&#34;").replace("'", "&#39;"),  # MarkupSafe
    *_IN_URLS,
    *(_in_small_hex(each) for each in _IN_URLS),
)
