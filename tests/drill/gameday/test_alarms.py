"""Alarms by name, as CloudWatch tells them over HTTP."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber

from drill.errors import TargetError
from drill.gameday.alarms import Alarm, Alarms, State
from tests.drill.gameday.conftest import Aws
from tests.drill.probes.server import free_port


def test_one_that_rings_says_why(aws: Aws) -> None:
    """With CloudWatch's own reason, beside one that is quiet; in the order in which they were named."""
    aws.alarm("quiet")
    aws.alarm("rings", "ALARM", "7 errors\nof 1 allowed")
    found = Alarms.beside(aws.settings, ("rings", "quiet", "rings"), {}).look()
    assert [each.name for each in found] == ["rings", "quiet"]
    assert [each.state for each in found] == [State.RINGING, State.QUIET]
    assert str(found[0]) == "alarm rings rings: 7 errors of 1 allowed"


def test_one_without_data_is_told_from_both(aws: Aws) -> None:
    """It neither rings nor is quiet."""
    aws.alarm("blind", "INSUFFICIENT_DATA", "no datapoints")
    (found,) = Alarms.beside(aws.settings, ("blind",), {}).look()
    assert found == Alarm(name="blind", state=State.UNKNOWN, reason="no datapoints")
    assert "has no data to judge by" in str(found)


def test_composite_alarms_count(aws: Aws) -> None:
    """DescribeAlarms leaves them out unless it is asked for them; botocore holds its model against both sides."""
    alarms = Alarms.beside(aws.settings, ("both",), {})
    told = {"AlarmName": "both", "StateValue": "ALARM", "StateReason": "a part of it rings"}
    with Stubber(alarms.client) as cloudwatch:
        asked = {"AlarmNames": ["both"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": 100}
        cloudwatch.add_response("describe_alarms", {"CompositeAlarms": [told]}, asked)
        (found,) = alarms.look()
    assert str(found) == "alarm both rings: a part of it rings"


def test_one_that_is_not_there_is_an_error(aws: Aws) -> None:
    """A name that was misspelt would never ring."""
    with pytest.raises(TargetError, match='there is no alarm "nowhere" at http'):
        Alarms.beside(aws.settings, ("nowhere",), {}).look()


def test_one_that_nobody_answers_for_is_an_error() -> None:
    """The call and the place are named; it is asked once, since the next look comes soon."""
    session = boto3.Session(region_name="eu-west-1", aws_access_key_id="any", aws_secret_access_key="any")
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(TargetError, match=f"cloudwatch:DescribeAlarms at {url}"):
        Alarms.within(session, ("any",), endpoint_url=url).look()


def test_a_state_that_we_do_not_know_is_no_quiet(aws: Aws) -> None:
    """Should CloudWatch ever have another one."""
    alarms = Alarms.beside(aws.settings, ("odd",), {})
    with Stubber(alarms.client) as cloudwatch:
        cloudwatch.add_response("describe_alarms", {"MetricAlarms": [{"AlarmName": "odd", "StateValue": "SNOOZED"}]})
        with pytest.raises(TargetError, match="alarm odd is in a state that we do not know"):
            alarms.look()
