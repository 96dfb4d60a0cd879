"""Nothing secret stands in what a run leaves."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from drill.reporting.secrets import _SHAPES, redact
from drill.secrets import know

passwords = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"]), min_size=12)


@given(passwords)
def test_no_password_of_a_connection_string_survives(password: str) -> None:
    """Whatever characters it has, quoted as psycopg quotes it or as a URL does."""
    shown = redact(f"cannot connect: {make_conninfo(host='h', password=password, dbname='d')} (refused)")
    assert password not in shown
    assert "host=h" in shown
    assert redact(f"postgresql://app:{quote(password, safe='')}@db:5432/orders") == "postgresql://***@db:5432/orders"


@example("PASSWORD:''0")
@example('{"password": "a, b", "port": 5432}')
@given(st.text() | st.from_regex(r"(password|token|pwd)['\"]?[=:] ?\S{3,}( \w+=\w+)*"))
def test_redacting_twice_changes_nothing(text: str) -> None:
    """What is masked stays masked as it is."""
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("host=h password=s3cret user=u", "host=h password=*** user=u"),
        (r"password='it\'s me' user=u", "password=*** user=u"),
        ('{"password": "a, b", "port": 5432}', '{"password": ***, "port": 5432}'),
        ("{'password': 'a, b', 'port': 5432}", "{'password': ***, 'port': 5432}"),
        ("PGPASSWORD=s3cret psql", "PGPASSWORD=*** psql"),
        ("DRILL_PASSWORD=s3cret", "DRILL_PASSWORD=***"),
        ("aws_secret_access_key = abc/def", "aws_secret_access_key = ***"),
        ("key AKIAIOSFODNN7EXAMPLE used", "key *** used"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "***"),
        ("db:5432/?Action=connect&X-Amz-Signature=abc123&x=1", "db:5432/?Action=connect&X-Amz-Signature=***&x=1"),
        ("Authorization: Bearer abcdefghijklmnopqrst", "Authorization: Bearer ***"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "***"),
        ("http://u:p@ss@h/", "http://***@h/"),
        ("ALTER ROLE app PASSWORD 'it''s me' VALID", "ALTER ROLE app PASSWORD *** VALID"),
        ("create user x with encrypted password E'a\\'b'", "create user x with encrypted password E***"),
        ("password SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy;", "password ***;"),
        ("DRILL_SIGNING_KEY=abc", "DRILL_SIGNING_KEY=***"),
        ("POST https://hooks.slack.com/services/T0/B1/xyz: 404", "POST https://hooks.slack.com/***: 404"),
    ],
)
def test_each_shape_of_a_secret_is_masked(text: str, shown: str) -> None:
    """The secret goes, and what stands around it stays."""
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "password authentication failed for user app",
        'FATAL:  password authentication failed for user "app"',
        "see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/a@b",
        "commit 3c55740aab1f0a5a4ac2c9b2c2f52f0a5a4ac2c9",
        "2.58 s ± 4 ms of the allowed 60 s",
        "reports/runs/20261122T143000Z-lab/failover/crash-of-the-writer/history.parquet",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Reasons, links, commits, figures and paths are evidence."""
    assert redact(text) == text


def test_what_is_known_to_be_secret_is_masked_without_any_shape() -> None:
    """A password in the middle of a sentence looks like any other word."""
    text = "the server said: correct-horse-battery"
    assert redact(text) == text
    know("correct-horse-battery")
    assert redact(text) == "the server said: ***"


@given(
    st.text() | st.from_regex(r"(PASSWORD|Api-Key|Bearer|eyJ|AKIA|://|X-AMZ-Signature)['\"]?[=: ] ?\S{3,}( \w+=\w+)*")
)
def test_no_shape_is_missed_for_the_words_that_are_looked_for_first(text: str) -> None:
    """Every text that a shape would change holds one of its words, in whatever letters."""
    for shape in _SHAPES:
        if shape.pattern.search(text):
            assert any(word in text.casefold() for word in shape.words)
