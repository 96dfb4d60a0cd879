"""Everybody who is told, at the same time; whoever cannot be reached is a line of warning, and never more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from drill.config import AuroraSettings, DynamoDBSettings, GameDay, LabSettings
from drill.gameday.message import Message
from drill.gameday.topic import topic_of
from drill.gameday.webhook import webhook_of
from drill.reporting.secrets import redact

WITHIN_S = 20.0
"""Three attempts of five seconds, and the pauses between them; who is slower than that is left to be slow."""


class Channel(Protocol):
    """A way to reach people; `str` of it says which, without a secret."""

    def send(self, message: Message) -> None:
        """Tell them; what it raises says why they do not know."""


def channels(
    day: GameDay, target: LabSettings | AuroraSettings | DynamoDBSettings, environment: Mapping[str, str]
) -> tuple[Channel, ...]:
    """Whoever drill.toml names for a game day; ConfigError where he could never be reached."""
    found: list[Channel] = []
    if day.webhook_variable:
        found.append(webhook_of(day.webhook_variable, environment))
    if day.sns_topic:
        profile = None if isinstance(target, LabSettings) else target.profile
        found.append(topic_of(day.sns_topic, profile=profile, environment=environment))
    return tuple(found)


def tell(
    message: Message, everybody: Sequence[Channel], *, say: Callable[[str], None], within_s: float = WITHIN_S
) -> None:
    """Send it to everybody, and say who was told and who was not; returns when it is known, or after `within_s`."""
    came_of_it: dict[int, str] = {}

    def send(number: int, channel: Channel) -> None:
        try:
            channel.send(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the game day
            came_of_it[number] = f"NOT told: {redact(' '.join(str(error).split()) or type(error).__name__)}"
        else:
            came_of_it[number] = f"told: {channel}"

    # Daemons, so that one that hangs holds up nobody, not even the end of the process.
    threads = [threading.Thread(target=send, args=each, name="telling", daemon=True) for each in enumerate(everybody)]
    for thread in threads:
        thread.start()
    ends_s = time.monotonic() + within_s
    for number, (thread, channel) in enumerate(zip(threads, everybody, strict=True)):
        thread.join(max(0.0, ends_s - time.monotonic()))
        say(came_of_it.get(number, f"NOT told: {channel} took longer than {within_s:g} s"))
