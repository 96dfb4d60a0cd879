"""A topic of SNS, whose subscribers get what is published; moto's server stands in for AWS."""

from __future__ import annotations

import json

import pytest

from drill.errors import TargetError
from drill.gameday.message import Message
from drill.gameday.topic import LONGEST_SUBJECT, topic_of
from tests.drill.gameday.conftest import Aws
from tests.drill.probes.server import free_port

ARN = "arn:aws:sns:eu-west-1:123456789012:nowhere"


def subscribed(aws: Aws, name: str) -> tuple[str, str]:
    """A topic with a queue behind it: its ARN, and the queue's URL."""
    sns, sqs = aws.client("sns"), aws.client("sqs")
    arn = sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn)
    return arn, queue


def test_it_arrives(aws: Aws) -> None:
    """Title as the subject, in ASCII and no longer than SNS takes; all of it as the message."""
    arn, queue = subscribed(aws, "arrives")
    topic = topic_of(arn, profile=None, environment={"AWS_ENDPOINT_URL_SNS": aws.url})
    topic.send(Message.of("Game day é " + "x" * 200, "what: failover"))
    (found,) = aws.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    told = json.loads(found["Body"])
    assert told["Subject"].startswith("Game day ? xxx")
    assert len(told["Subject"]) == LONGEST_SUBJECT
    assert told["Message"].endswith("\n  what: failover")


def test_a_topic_that_is_not_there_is_an_error(aws: Aws) -> None:
    """The call and the topic are named."""
    topic = topic_of(ARN, profile=None, environment={"AWS_ENDPOINT_URL": aws.url})
    with pytest.raises(TargetError, match=f"sns:Publish for {ARN} at {aws.url}: NotFound"):
        topic.send(Message.of("Game day"))


def test_nobody_who_answers_is_an_error() -> None:
    """Naming the place."""
    url = f"http://127.0.0.1:{free_port()}"
    topic = topic_of(ARN, profile=None, environment={"AWS_ENDPOINT_URL_SNS": url})
    with pytest.raises(TargetError, match=f"sns:Publish at {url}"):
        topic.send(Message.of("Game day"))
