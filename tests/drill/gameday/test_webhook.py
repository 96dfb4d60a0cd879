"""A webhook, over real HTTP: what arrives there, what is tried again, and what is never said of its URL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.errors import ConfigError, DrillError
from drill.gameday.message import Message
from drill.gameday.webhook import LONGEST_TEXT, LONGEST_TITLE, Webhook, payload, webhook_of
from tests.drill.gameday.conftest import Received
from tests.drill.histories import property_test
from tests.drill.probes.server import free_port

MESSAGE = Message.of("Game day weekly begins on staging", "what: failover", "p95 < 10 ms & nobody <hurt>")
SECRET = "secretpath"


def webhook(url: str, *, deadline_s: float = 5.0) -> tuple[Webhook, list[float]]:
    """One that does not sleep, and how long it would have."""
    slept: list[float] = []
    return Webhook(url=url, sleep=slept.append, deadline_s=deadline_s), slept


def test_it_arrives_once(received: Received) -> None:
    """As Slack takes it: text for a notification, and blocks; what means something to Slack is escaped."""
    hook, slept = webhook(received.url)
    hook.send(MESSAGE)
    (body,) = received.messages
    assert received.paths == ["/services/T000/B000/secretpath"]
    assert body["text"].startswith("Game day weekly begins on staging\nwhat: failover\n")
    header, section = body["blocks"]
    assert header == {"type": "header", "text": {"type": "plain_text", "text": "Game day weekly begins on staging"}}
    assert section["text"]["text"].endswith("p95 &lt; 10 ms &amp; nobody &lt;hurt&gt;")
    assert slept == []


@pytest.mark.parametrize("status", [500, 503, 429])
def test_what_may_pass_is_tried_again(received: Received, status: int) -> None:
    """Twice, each time after a longer pause."""
    received.answers = [status, status, 200]
    hook, slept = webhook(received.url)
    hook.send(MESSAGE)
    assert len(received.bodies) == 3
    assert slept == [1.0, 2.0]


def test_after_the_third_attempt_it_gives_up(received: Received) -> None:
    """And says what was answered, and by which host."""
    received.answers = [500]
    hook, _ = webhook(received.url)
    with pytest.raises(DrillError, match=r"^the webhook at 127.0.0.1 answered 500$"):
        hook.send(MESSAGE)
    assert len(received.bodies) == 3


@pytest.mark.parametrize("status", [302, 403, 404])
def test_what_will_not_pass_is_not_tried_again(received: Received, status: int) -> None:
    """A webhook that was taken away stays so; and where it would redirect to is none of those whom we tell."""
    received.answers = [status]
    hook, _ = webhook(received.url)
    with pytest.raises(DrillError, match=f"answered {status}"):
        hook.send(MESSAGE)
    assert len(received.bodies) == 1


def test_nobody_listens() -> None:
    """Told after three attempts, by the host alone: the rest of the URL is a password."""
    hook, _ = webhook(f"http://127.0.0.1:{free_port()}/services/{SECRET}")
    with pytest.raises(DrillError) as error:
        hook.send(MESSAGE)
    assert str(error.value) == "the webhook at 127.0.0.1: nobody listens there"
    assert error.value.__cause__ is None


def test_who_is_slow_is_not_waited_for(received: Received) -> None:
    """An attempt ends by its deadline."""
    received.is_slow = True
    hook, _ = webhook(received.url, deadline_s=0.05)
    with pytest.raises(DrillError, match=r"no answer within 0\.05 s"):
        hook.send(MESSAGE)


def test_it_never_says_its_url(received: Received) -> None:
    """Not by str, and not by repr."""
    hook = webhook_of("HOOK", {"HOOK": received.url})
    assert SECRET not in f"{hook} {hook!r}"


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, "HOOK: not set"),
        ({"HOOK": " "}, "HOOK: not set"),
        ({"HOOK": f"hooks.example.com/{SECRET}"}, "HOOK: holds no URL"),
        ({"HOOK": f"ftp://hooks.example.com/{SECRET}"}, "HOOK: holds no URL"),
        ({"HOOK": f"https:///{SECRET}"}, "HOOK: holds no URL"),
        ({"HOOK": f"https://example.com:99999/{SECRET}"}, "HOOK: holds no URL"),
    ],
)
def test_what_is_no_url_is_refused(environment: dict[str, str], why: str) -> None:
    """Before anything is broken, naming the variable, and not what stands in it."""
    with pytest.raises(ConfigError, match=why) as error:
        webhook_of("HOOK", environment)
    assert SECRET not in str(error.value)


@property_test
@given(title=st.text(max_size=400), lines=st.lists(st.text(max_size=900), max_size=8))
def test_whatever_is_told_fits(title: str, lines: list[str]) -> None:
    """No text is longer than Slack takes, and none is empty where it takes no empty one."""
    body = payload(Message.of(f"t{title}", *lines))
    blocks = body["blocks"]
    assert isinstance(blocks, list)
    assert len(blocks[0]["text"]["text"]) <= LONGEST_TITLE
    assert all(0 < len(each["text"]["text"]) <= LONGEST_TEXT for each in blocks)
