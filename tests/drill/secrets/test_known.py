"""What is known to be secret is masked, however a text spells it."""

from __future__ import annotations

import base64
import html
import json
import string
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from drill.secrets import MASK
from drill.secrets.known import SHORTEST, Known

SECRET = "p<a>s/s\"w&o'r\\d +42"
LONG = "FwoGZXIvYXdzEBYaDH" + "k3Jx" * 80 + "the0End1of2it3all"

values = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"]), min_size=8
).filter(lambda value: any(each.isalnum() for each in value))


def knowing(*secrets: str | None) -> Known:
    """A set of secrets of the test's own."""
    known = Known()
    known.know(*secrets)
    return known


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        json.dumps({"value": SECRET}),
        json.dumps(json.dumps({"value": SECRET})),
        json.dumps(html.escape(SECRET)),
        html.escape(json.dumps(SECRET)),
        json.dumps(SECRET).replace("<", "\\u003c").replace(">", "\\u003e").replace("/", "\\u002f"),
        f"https://host/path?token={quote(SECRET, safe='')}&x=1",
        f"https://host/path?token={quote(SECRET, safe='').lower()}&x=1",
        f"https://host/path?token={quote_plus(SECRET)}&x=1",
        make_conninfo(host="h", password=SECRET),
        repr(make_conninfo(host="h", password=SECRET)),
        "SET x = '" + SECRET.replace("'", "''") + "'",
        f"<p title='{html.escape(SECRET)}'>",
        repr({"password": SECRET}),
    ],
)
def test_a_secret_is_masked_in_every_spelling(text: str) -> None:
    """Quoted, escaped, encoded, and one within the other; something is left of what stood around it."""
    shown = knowing(SECRET).masked(text)
    assert MASK in shown
    assert "42" not in shown
    assert "s/s" not in shown


@example("aaaaaaaa", "", "")
@given(values, st.text(max_size=5), st.text(max_size=5))
def test_a_secret_is_masked_in_base64_whatever_stands_beside_it(secret: str, before: str, after: str) -> None:
    """As in the header of a login, where the user stands before the password."""
    raw = before.encode("utf-8", "replace") + secret.encode() + after.encode("utf-8", "replace")
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        shown = knowing(secret).masked(f"Basic {encode(raw).decode()}")
        assert MASK in shown


@given(values)
def test_what_is_masked_holds_the_value_no_more(secret: str) -> None:
    """As it is, in JSON, in a URL, in a connection string and in a repr; and masking twice is masking once."""
    known = knowing(secret)
    text = "\n".join((secret, json.dumps(secret), quote(secret, safe=""), make_conninfo(password=secret), repr(secret)))
    shown = known.masked(text)
    assert secret not in shown
    assert json.dumps(secret)[1:-1] not in shown
    assert quote(secret, safe="") not in shown
    assert known.masked(shown) == shown


@given(st.text(string.ascii_lowercase + " .,"))
def test_what_holds_no_secret_stays_the_very_same(text: str) -> None:
    """A report loses nothing to secrets that are not in it."""
    assert knowing("Xyzzy-7-plugh", LONG).masked(text) is text


def test_of_two_secrets_the_longer_goes_first() -> None:
    """What is left of one would tell the rest of it."""
    assert (
        knowing("hunter22", "hunter22-and-more").masked("it is hunter22-and-more, or hunter22") == "it is ***, or ***"
    )


def test_ends_of_a_long_secret_are_masked() -> None:
    """An error that cuts a text short after so many characters cuts a token anywhere."""
    known = knowing(LONG)
    assert known.masked(f"token {LONG[:200]}...") == f"token {MASK}{LONG[16:200]}..."
    assert LONG[:16] not in known.masked(f"{LONG[:40]}...{LONG[-40:]}")
    assert LONG[-16:] not in known.masked(f"{LONG[:40]}...{LONG[-40:]}")


def test_each_line_of_a_key_is_masked() -> None:
    """A log puts something before every line."""
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nAQEFAASCBKcwggSjAgEAAo\n-----END KEY-----\n"
    shown = knowing(key).masked("\n".join(f"lab-a | {line}" for line in key.splitlines()))
    assert "MIIEvQIBADANBgkqhkiG9w0" not in shown
    assert "AQEFAASCBKcwggSjAgEAAo" not in shown


@pytest.mark.parametrize("value", [None, "", "  ", "short", "******", "\n"])
def test_what_is_no_secret_is_not_taken_for_one(value: str | None) -> None:
    """Nothing, blanks, drawings, and words of fewer letters than would tell anything."""
    text = f"short of {SHORTEST} letters ****** \n"
    assert knowing(value).masked(text) is text


def test_blanks_around_a_value_are_no_part_of_it() -> None:
    """A file that a variable was read from ends in a new line."""
    assert knowing("hunter22\n").masked("it is hunter22.") == "it is ***."


def test_a_secret_is_not_shown_by_what_keeps_it() -> None:
    """Neither in a traceback nor to somebody who prints it."""
    known = knowing("hunter22")
    assert "hunter22" not in repr(known)
