"""A topic of SNS, by which people are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.config import Config

from drill.gameday.message import Message
from drill.targets.boto import asking
from drill.targets.credentials import session_of

DEADLINE_S = 5.0
"""Of one attempt, of three."""
LONGEST_SUBJECT, LONGEST_BYTES = 100, 256 * 1024
"""https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""
ENDPOINTS = ("AWS_ENDPOINT_URL_SNS", "AWS_ENDPOINT_URL")
"""Where boto3 itself looks for another endpoint of SNS, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Publishes messages; `client` is boto3's of SNS in the topic's region."""

    arn: str
    client: Any

    def __str__(self) -> str:
        """Which one, for people and logs."""
        return f"the topic {self.arn}"

    def send(self, message: Message) -> None:
        """Publish it; TargetError says why that could not be done."""
        # Subjects are ASCII, of one line.
        subject = message.title.encode("ascii", "replace").decode()[:LONGEST_SUBJECT]
        text = str(message).encode()[:LONGEST_BYTES].decode(errors="ignore")
        with asking("sns:Publish", what=self.arn, where=self.client.meta.endpoint_url):
            self.client.publish(TopicArn=self.arn, Subject=subject, Message=text)


def topic_of(arn: str, *, profile: str | None, environment: Mapping[str, str]) -> Topic:
    """The topic of that ARN, in whatever region it names; ConfigError for a profile that is not there."""
    region = arn.split(":")[3]
    endpoint_url = next((environment[name] for name in ENDPOINTS if environment.get(name)), None)
    session = session_of(region, profile=profile, endpoint_url=endpoint_url, environment=environment)
    make: Any = session.client  # boto3-stubs knows only the names of services that are written out
    config = Config(connect_timeout=DEADLINE_S, read_timeout=DEADLINE_S, retries={"total_max_attempts": 3})
    return Topic(arn=arn, client=make("sns", endpoint_url=endpoint_url, config=config))
