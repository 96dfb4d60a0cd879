"""A schedule of Amazon EventBridge Scheduler, as `aws scheduler create-schedule --cli-input-json` takes it.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import json

from drill.gameday.schedule.plan import File, Plan

RUN = "arn:aws:codebuild:eu-west-1:123456789012:project/gameday"
ROLE = "arn:aws:iam::123456789012:role/scheduler"


def eventbridge(plan: Plan) -> tuple[File, ...]:
    """Starts `run`, such as a CodeBuild project whose buildspec says `drill gameday NAME`, as `role`.

    It starts on the minute, and once: a start that failed is not tried again, as its window may have closed.
    """
    window = plan.day.window
    # Where the day of the week is said, the day of the month is a question mark.
    days = ",".join(each.upper() for each in plan.days)
    said = {
        "Name": plan.unit,
        "Description": f"drill gameday {plan.name} on {plan.day.target}",
        "ScheduleExpression": f"cron({window.since.minute} {window.since.hour} ? * {days} *)",
        "ScheduleExpressionTimezone": window.time_zone,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": plan.required("--run", plan.place.run, RUN),
            "RoleArn": plan.required("--role", plan.place.role, ROLE),
            "RetryPolicy": {"MaximumRetryAttempts": 0},
        },
    }
    return (File(name=f"{plan.unit}.json", text=json.dumps(said, indent=2) + "\n"),)
