"""Schedules of GitHub, EventBridge and Kubernetes, each by that system's own schema, model or shape."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.session import get_session
from botocore.validate import validate_parameters
from hypothesis import given

from drill.config.gameday import WEEK
from drill.errors import ConfigError
from drill.gameday.schedule import Plan, Scheduler
from drill.gameday.schedule.eventbridge import eventbridge
from drill.gameday.schedule.github import github
from drill.gameday.schedule.kubernetes import kubernetes
from tests.drill.gameday.conftest import Aws
from tests.drill.gameday.schedule.plans import PLACE, PLAN, SILENT, plans
from tests.drill.histories import property_test

ELSEWHERE = replace(PLAN, place=replace(PLACE, drill_toml="my games.toml"))


class TestGitHub:
    """A workflow."""

    def test_its_schema_takes_it(self, tmp_path: Path) -> None:
        """SchemaStore's, as check-jsonschema brings it."""
        for number, plan in enumerate(
            (PLAN, SILENT, ELSEWHERE, replace(PLAN, day=PLAN.day.model_copy(update={"repeat": 2})))
        ):
            (tmp_path / f"{number}.yml").write_text(github(plan)[0].text)
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
        done = subprocess.run([*command, *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_it_begins_when_the_window_opens(self) -> None:
        """In its own zone, and by hand; never two at once on a target, and none is cut off."""
        said = yaml.safe_load(github(PLAN)[0].text)
        assert said["on"]["schedule"] == [{"cron": "30 9 * * 2,4", "timezone": "Europe/Berlin"}]
        assert "workflow_dispatch" in said["on"]
        assert said["concurrency"] == {"group": "drill-staging", "cancel-in-progress": False}
        assert said["jobs"]["gameday"]["timeout-minutes"] * 60 >= PLAN.day.longest + 600

    def test_its_step_is_the_command(self) -> None:
        """With what it needs from the repository's secrets, and nothing of it where it needs nothing."""
        (step,) = [
            each for each in yaml.safe_load(github(ELSEWHERE)[0].text)["jobs"]["gameday"]["steps"] if "env" in each
        ]
        assert step["run"] == "drill --drill-toml 'my games.toml' gameday weekly"
        assert step["env"] == {
            "DRILL_WEBHOOK": "${{ secrets.DRILL_WEBHOOK }}",
            "DRILL_SIGNING_KEY": "${{ secrets.DRILL_SIGNING_KEY }}",
        }
        assert "secrets" not in github(SILENT)[0].text

    def test_it_logs_in_to_aws_for_as_long_as_it_may_take(self) -> None:
        """As the role that is named, or the repository's variable; a lab needs no login."""
        named = self.login(PLAN)
        assert named["role-to-assume"] == PLACE.role
        assert named["aws-region"] == "eu-west-1"
        assert named["role-duration-seconds"] >= PLAN.day.longest + 600
        unnamed = replace(PLAN, place=replace(PLACE, role=None))
        assert self.login(unnamed)["role-to-assume"] == "${{ vars.DRILL_ROLE }}"
        assert self.login(SILENT) is None

    def test_what_would_be_killed_before_it_is_healed_is_refused(self) -> None:
        """GitHub ends a job after six hours; the most that is possible is said, and is possible."""
        with pytest.raises(ConfigError, match=r'^gameday\.weekly\.longest: .* write "(\d+)m" at most') as refused:
            github(replace(PLAN, day=PLAN.day.model_copy(update={"longest": 6 * 3600.0})))
        most_m = int(str(refused.value).split('"')[1].removesuffix("m"))
        text = github(replace(PLAN, day=PLAN.day.model_copy(update={"longest": most_m * 60.0})))[0].text
        assert yaml.safe_load(text)["jobs"]["gameday"]["timeout-minutes"] <= 360

    @staticmethod
    def login(plan: Plan) -> Any:
        """What the step that logs in is told, if there is one."""
        steps = yaml.safe_load(github(plan)[0].text)["jobs"]["gameday"]["steps"]
        found = [each["with"] for each in steps if str(each.get("uses")).startswith("aws-actions/configure-aws-cred")]
        return found[0] if found else None


@pytest.mark.parametrize("scheduler", [github, kubernetes])
def test_a_profile_is_refused_where_there_is_none(scheduler: Scheduler) -> None:
    """It is in a file of somebody's machine; the role's own credentials would never be used."""
    plan = replace(PLAN, needs=replace(PLAN.needs, profile="staging"))
    with pytest.raises(ConfigError, match=r"^target\.staging\.profile: there is no profile staging "):
        scheduler(plan)


class TestEventBridge:
    """A schedule of EventBridge Scheduler."""

    def test_its_model_takes_it(self) -> None:
        """botocore's, which the aws command uses as well."""
        model = get_session().get_service_model("scheduler").operation_model("CreateSchedule")
        validate_parameters(self.said(PLAN), model.input_shape)

    def test_it_is_created(self, aws: Aws) -> None:
        """By the call that the aws command makes, and told back as it was meant."""
        client = aws.client("scheduler")
        client.create_schedule(**self.said(PLAN))
        found = client.get_schedule(Name="drill-gameday-weekly")
        assert found["ScheduleExpression"] == "cron(30 9 ? * TUE,THU *)"
        assert found["ScheduleExpressionTimezone"] == "Europe/Berlin"
        assert found["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 0}

    @property_test
    @given(plan=plans)
    def test_the_expression_says_the_window(self, plan: Plan) -> None:
        """Six fields, the day of the month left open."""
        minute, hour, day, month, weekdays, year = self.said(plan)["ScheduleExpression"][5:-1].split()
        assert (int(minute), int(hour)) == (plan.day.window.since.minute, plan.day.window.since.hour)
        assert (day, month, year) == ("?", "*", "*")
        assert {each.lower() for each in weekdays.split(",")} == set(plan.day.window.days) <= set(WEEK)

    @pytest.mark.parametrize(("option", "name"), [("--run", "run"), ("--role", "role")])
    def test_what_it_needs_must_be_said(self, option: str, name: str) -> None:
        """In one line with an example."""
        with pytest.raises(ConfigError, match=f"^{option}: missing value; write {option} arn:aws:"):
            eventbridge(replace(PLAN, place=replace(PLACE, **{name: None})))

    @staticmethod
    def said(plan: Plan) -> Any:
        """Its file."""
        return json.loads(eventbridge(plan)[0].text)


class TestKubernetes:
    """A CronJob; its own tool is kubectl, which asks a cluster: held against the documented shape instead."""

    def test_its_shape(self) -> None:
        """https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/."""
        said = yaml.safe_load(kubernetes(PLAN)[0].text)
        assert (said["apiVersion"], said["kind"]) == ("batch/v1", "CronJob")
        spec = said["spec"]
        assert set(spec) == {"schedule", "timeZone", "concurrencyPolicy", "startingDeadlineSeconds", "jobTemplate"}
        assert (spec["schedule"], spec["timeZone"]) == ("30 9 * * 2,4", "Europe/Berlin")
        assert spec["concurrencyPolicy"] == "Forbid"
        job = spec["jobTemplate"]["spec"]
        assert set(job) == {"backoffLimit", "activeDeadlineSeconds", "template"}
        assert job["backoffLimit"] == 0

    def test_its_pod_has_time_to_heal_and_tells_by_a_secret(self) -> None:
        """A URL of a webhook stands in no manifest."""
        pod = yaml.safe_load(kubernetes(PLAN)[0].text)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        assert pod["restartPolicy"] == "Never"
        assert pod["terminationGracePeriodSeconds"] >= 600
        (container,) = pod["containers"]
        assert container["command"] == ["drill", "gameday", "weekly"]
        for name, each in zip(PLAN.needs.variables, container["env"], strict=True):
            reference = {"secretKeyRef": {"name": "drill-gameday-weekly", "key": name}}
            assert each == {"name": name, "valueFrom": reference}
        assert "env:" not in kubernetes(SILENT)[0].text
        wanted = "# wants the secret drill-gameday-weekly with the keys DRILL_WEBHOOK, DRILL_SIGNING_KEY\n"
        assert kubernetes(PLAN)[0].text.startswith(wanted)
        assert kubernetes(SILENT)[0].text.startswith("apiVersion")

    def test_what_it_needs_must_be_said(self) -> None:
        """In one line with an example."""
        with pytest.raises(ConfigError, match=r"^--image: missing value; write --image registry\."):
            kubernetes(replace(PLAN, place=replace(PLACE, image=None)))

    def test_a_name_that_is_too_long_is_refused(self) -> None:
        """A CronJob's has 52 characters at most, since its jobs' names are longer by eleven."""
        kubernetes(replace(PLAN, name="x" * 38))
        with pytest.raises(ConfigError, match="leave it 38 characters"):
            kubernetes(replace(PLAN, name="x" * 39))
