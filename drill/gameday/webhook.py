"""A Slack-compatible webhook. Its URL is a password: nothing here ever says more of it than the host."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import urllib3
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_chain, wait_fixed

from drill.errors import ConfigError, DrillError
from drill.gameday.message import Message

DEADLINE_S = 5.0
"""Of one attempt."""
PAUSES_S = (1.0, 2.0)
"""Before the second attempt and the third."""
LONGEST_TITLE, LONGEST_TEXT = 150, 3000
"""Of a header and a section: https://docs.slack.dev/reference/block-kit/blocks"""
WORTH_ANOTHER = frozenset({408, 429})
"""Refusals that may pass, beside every 5xx."""


class _Passing(DrillError):
    """An attempt failed for what may be over in a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Posts messages to a URL; `sleep` waits between attempts."""

    url: str = field(repr=False)
    sleep: Callable[[float], None] = time.sleep
    deadline_s: float = DEADLINE_S

    def __str__(self) -> str:
        """Where it leads, for people and logs."""
        return f"the webhook at {urlsplit(self.url).hostname}"

    def send(self, message: Message) -> None:
        """Post it, in three attempts at most; DrillError says why it did not arrive. Follows no redirection."""
        again = Retrying(
            retry=retry_if_exception_type(_Passing),
            stop=stop_after_attempt(len(PAUSES_S) + 1),
            wait=wait_chain(*(wait_fixed(each) for each in PAUSES_S)),
            sleep=self.sleep,
            reraise=True,
        )
        again(self._post, json.dumps(payload(message)).encode())

    def _post(self, body: bytes) -> None:
        try:
            with urllib3.PoolManager() as http:
                answer = http.request(
                    "POST",
                    self.url,
                    body=body,
                    headers={"Content-Type": "application/json"},
                    timeout=urllib3.Timeout(total=self.deadline_s),
                    retries=False,
                    redirect=False,
                    preload_content=False,
                )
                status = answer.status
                answer.close()
        except urllib3.exceptions.HTTPError as error:
            # Not from the error, which says the whole URL.
            raise _Passing(f"{self}: {self._said(error)}") from None
        if status >= 500 or status in WORTH_ANOTHER:
            raise _Passing(f"{self} answered {status}")
        if not 200 <= status < 300:
            raise DrillError(f"{self} answered {status}")

    def _said(self, error: urllib3.exceptions.HTTPError) -> str:
        match error:
            case urllib3.exceptions.NameResolutionError():
                return "no such host"
            case urllib3.exceptions.NewConnectionError():
                return "nobody listens there"
            case urllib3.exceptions.TimeoutError():
                return f"no answer within {self.deadline_s:g} s"
            case urllib3.exceptions.SSLError():
                return "its certificate cannot be verified"
        return f"the connection failed ({type(error).__name__})"


def webhook_of(variable: str, environment: Mapping[str, str]) -> Webhook:
    """The webhook whose URL stands in the environment; ConfigError where none does, or what is no URL."""
    url = environment.get(variable, "").strip()
    if not url:
        raise ConfigError(f"environment: {variable}: not set, and it is to hold the webhook's URL; export {variable}")
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
    if not fine:
        raise ConfigError(f"environment: {variable}: holds no URL; export {variable}=https://...")
    return Webhook(url=url)


def payload(message: Message) -> dict[str, object]:
    """What Slack and those who speak as it does take: text for notifications, blocks for reading."""
    text = "\n".join(_escaped(line) for line in message.lines)
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(message.title, LONGEST_TITLE)}}
    ]
    if text:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": _cut(text, LONGEST_TEXT)}})
    return {"text": _cut("\n".join((_escaped(message.title), text)).strip(), LONGEST_TEXT), "blocks": blocks}


def _escaped(text: str) -> str:
    """The three characters that mean something: https://docs.slack.dev/messaging/formatting-message-text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
