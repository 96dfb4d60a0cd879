"""Names of secrets, and URLs that are one."""

from __future__ import annotations

import pytest

from drill import secrets
from drill.secrets import is_telling, know_environment

WEBHOOK = "https://hooks.example.com/services/T0000000/B11111111/abcdefghijklmnop24?token=zzz-yyy-xxx"


@pytest.mark.parametrize(
    "name",
    [
        "DRILL_PASSWORD",
        "PGPASSWORD",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "DRILL_SIGNING_KEY",
        "DRILL_WEBHOOK",
        "SLACK_WEBHOOK_URL",
        "GITHUB_TOKEN",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
        "X-Amz-Credential",
        "api_key",
        "apikey",
    ],
)
def test_a_name_that_tells_of_a_secret(name: str) -> None:
    """Of a variable or of a parameter of a URL."""
    assert is_telling(name)


@pytest.mark.parametrize(
    "name",
    [
        "PWD",
        "OLDPWD",
        "HOME",
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "TOKENIZERS_PARALLELISM",
        "MAX_TOKENS",
        "SECRETARY",
        "MONKEY",
        "PASSWORD_STORE_DIR",
        "SSH_AUTH_SOCK",
        "SECRET_ARN",
    ],
)
def test_a_name_that_tells_of_none(name: str) -> None:
    """Masking folders, names and numbers would mask half of every report."""
    assert not is_telling(name)


@pytest.mark.parametrize(
    "text",
    [
        f"POST {WEBHOOK} failed",
        "Max retries exceeded with url: /services/T0000000/B11111111/abcdefghijklmnop24?token=zzz-yyy-xxx",
        "no such hook: abcdefghijklmnop24",
        "bad token zzz-yyy-xxx",
    ],
)
def test_a_secret_url_is_masked_in_whole_and_in_part(text: str) -> None:
    """Errors name the path alone, services the last of it."""
    secrets.know_url(WEBHOOK)
    shown = secrets.masked(text)
    assert "***" in shown
    assert "abcdefghijklmnop24" not in shown
    assert "zzz-yyy-xxx" not in shown


def test_the_host_of_a_secret_url_stays() -> None:
    """Who could not be reached is evidence."""
    secrets.know_url(WEBHOOK)
    assert secrets.masked("cannot connect to hooks.example.com:443") == "cannot connect to hooks.example.com:443"


@pytest.mark.parametrize(
    ("url", "text", "shown"),
    [
        ("http://user:p%40ss-word@localhost:5000/x", "p@ss-word, p%40ss-word", "***, ***"),
        ("http://ghp-1234567890abcdef@localhost/x", "ghp-1234567890abcdef", "***"),
        (
            "postgresql://app:hunter22@db/orders?sslmode=require",
            "hunter22 sslmode=require app",
            "*** sslmode=require app",
        ),
        ("ssh://postgres@db", "postgresql as postgres", "postgresql as postgres"),
        ("http://[::1", "http://[::1", "http://[::1"),
        ("http://localhost:5000", "http://localhost:5000", "http://localhost:5000"),
        ("no url at all", "no url at all", "no url at all"),
        (None, "None", "None"),
    ],
)
def test_of_a_url_with_a_login_the_login_is_masked(url: str | None, text: str, shown: str) -> None:
    """And where it leads to stays."""
    secrets.know_login(url)
    assert secrets.masked(text) == shown


def test_of_the_environment_what_is_named_like_a_secret_is_masked() -> None:
    """And what drill.toml names, and the login of every URL; all else stays."""
    environment = {
        "DRILL_PASSWORD": "correct-horse",
        "CHAT": WEBHOOK,
        "DATABASE_URL": "postgresql://app:hunter22@db/orders",
        "HOME": "/home/somebody",
        "AWS_ACCESS_KEY_ID": "any-name-of-a-key",
    }
    know_environment(environment, also=["CHAT", None])
    text = "correct-horse abcdefghijklmnop24 hunter22 /home/somebody any-name-of-a-key db/orders"
    assert secrets.masked(text) == "*** *** *** /home/somebody any-name-of-a-key db/orders"
