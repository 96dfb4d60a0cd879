"""Everybody is told, and nobody who cannot be told holds anything up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from drill.config import GameDay, LabSettings
from drill.errors import DrillError
from drill.gameday.message import Message
from drill.gameday.telling import Channel, channels, tell

MESSAGE = Message.of("Game day weekly begins")


@dataclass(slots=True, kw_only=True)
class Pager:
    """A way to reach people, in memory."""

    name: str = "the pager"
    error: BaseException | None = None
    hangs: threading.Event | None = None
    sent: list[Message] = field(default_factory=list)

    def __str__(self) -> str:
        """Which one."""
        return self.name

    def send(self, message: Message) -> None:
        """Reach them, or not."""
        if self.hangs is not None:
            self.hangs.wait(30)
        if self.error is not None:
            raise self.error
        self.sent.append(message)


def test_everybody_is_told_and_it_is_said(said: list[str], say: Callable[[str], None]) -> None:
    """A line each, in the order of drill.toml."""
    pagers = [Pager(name="the first"), Pager(name="the second")]
    tell(MESSAGE, pagers, say=say)
    assert said == ["told: the first", "told: the second"]
    assert [each.sent for each in pagers] == [[MESSAGE], [MESSAGE]]


def test_who_cannot_be_told_is_a_warning(said: list[str], say: Callable[[str], None]) -> None:
    """Nothing is raised, whatever was: others are told, and no secret of the error's is said."""
    pagers: list[Channel] = [
        Pager(error=DrillError("the webhook at example.com answered 500")),
        Pager(error=RuntimeError("password=hunter2-is-long")),
        Pager(name="the third"),
    ]
    tell(MESSAGE, pagers, say=say)
    assert said == [
        "NOT told: the webhook at example.com answered 500",
        "NOT told: password=***",
        "told: the third",
    ]


def test_who_hangs_is_left_behind(said: list[str], say: Callable[[str], None]) -> None:
    """After the time that there is for all of them together."""
    hangs = threading.Event()
    began_s = time.monotonic()
    tell(MESSAGE, [Pager(hangs=hangs), Pager(name="the second")], say=say, within_s=0.05)
    hangs.set()
    assert time.monotonic() - began_s < 10
    assert said == ["NOT told: the pager took longer than 0.05 s", "told: the second"]


def test_whoever_drill_toml_names_is_told() -> None:
    """A webhook by its variable, a topic by its ARN; nobody where it names nobody."""
    day = GameDay(target="lab", scenarios=("failover",))
    assert channels(day, LabSettings(), {}) == ()
    arn = "arn:aws:sns:eu-west-1:123456789012:pager"
    both = day.model_copy(update={"webhook_variable": "HOOK", "sns_topic": arn})
    environment = {"HOOK": "https://hooks.example.com/x", "AWS_ENDPOINT_URL_SNS": "http://127.0.0.1:9"}
    found = channels(both, LabSettings(), environment)
    assert [str(each) for each in found] == ["the webhook at hooks.example.com", f"the topic {arn}"]
