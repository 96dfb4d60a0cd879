"""CloudWatch alarms by their names: whether one rings, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import boto3
from botocore.config import Config

from drill.config import AuroraSettings, DynamoDBSettings
from drill.errors import TargetError
from drill.targets.boto import asking
from drill.targets.credentials import session_of

DEADLINE_S = 2.0
"""Of one look, which is never tried again: the next one comes soon."""


class State(StrEnum):
    """What CloudWatch says of an alarm."""

    QUIET = "OK"
    RINGING = "ALARM"
    UNKNOWN = "INSUFFICIENT_DATA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm, of metrics or composite, at one moment; `reason` is CloudWatch's own."""

    name: str
    state: State
    reason: str = ""

    def __str__(self) -> str:
        """For a person."""
        because = f": {self.reason}" if self.reason else ""
        match self.state:
            case State.RINGING:
                return f"alarm {self.name} rings{because}"
            case State.UNKNOWN:
                return f"alarm {self.name} has no data to judge by{because}"
        return f"alarm {self.name} is quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """The alarms that end a game day, in one region; `client` is boto3's of CloudWatch."""

    names: tuple[str, ...]
    client: Any
    where: str

    @classmethod
    def within(cls, session: boto3.Session, names: tuple[str, ...], *, endpoint_url: str | None = None) -> Self:
        """Those of a session's region; to be made on the main thread, before anything is broken."""
        config = Config(connect_timeout=DEADLINE_S, read_timeout=DEADLINE_S, retries={"total_max_attempts": 1})
        make: Any = session.client  # boto3-stubs knows only the names of services that are written out
        return cls(
            names=tuple(dict.fromkeys(names)),
            client=make("cloudwatch", endpoint_url=endpoint_url, config=config),
            where=endpoint_url or f"AWS in {session.region_name}",
        )

    @classmethod
    def beside(
        cls, settings: AuroraSettings | DynamoDBSettings, names: tuple[str, ...], environment: Mapping[str, str]
    ) -> Self:
        """Those of the region and the account that a target of drill.toml is in."""
        session = session_of(
            settings.region, profile=settings.profile, endpoint_url=settings.endpoint_url, environment=environment
        )
        return cls.within(session, names, endpoint_url=settings.endpoint_url)

    def look(self) -> tuple[Alarm, ...]:
        """Ask DescribeAlarms once, for both kinds; TargetError where it does not answer, or knows one of them not.

        At most a hundred names, as many as one call takes (CloudWatch API reference, DescribeAlarms).
        """
        with asking("cloudwatch:DescribeAlarms", what=", ".join(self.names), where=self.where):
            told = self.client.describe_alarms(
                AlarmNames=list(self.names), AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=100
            )
        found = {each["AlarmName"]: each for kind in ("MetricAlarms", "CompositeAlarms") for each in told.get(kind, ())}
        for name in self.names:
            if name not in found:
                raise TargetError(
                    f'there is no alarm "{name}" at {self.where}; '
                    "list them by: aws cloudwatch describe-alarms --query '*[].AlarmName'"
                )
        return tuple(_alarm(found[name]) for name in self.names)


def _alarm(told: Mapping[str, Any]) -> Alarm:
    reason = " ".join(str(told.get("StateReason") or "").split())
    try:
        return Alarm(name=told["AlarmName"], state=State(told["StateValue"]), reason=reason)
    except ValueError as error:
        raise TargetError(f"alarm {told['AlarmName']} is in a state that we do not know: {error}") from error
