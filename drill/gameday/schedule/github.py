"""A workflow of GitHub Actions, which begins it by its schedule, or by hand.

https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
"""

from __future__ import annotations

import shlex

import yaml

from drill.gameday.schedule.plan import File, Plan


def github(plan: Plan) -> tuple[File, ...]:
    """One file for .github/workflows.

    GitHub begins what is scheduled late when it has much to do: a window of an hour or two is long enough for that. One
    at a time, and none is cancelled by the next, which would keep it from healing.
    """
    variable = plan.day.webhook_variable
    secrets = {variable: f"${{{{ secrets.{variable} }}}}"} if variable else {}
    steps: list[dict[str, object]] = [
        {"uses": "actions/checkout@v4"},
        {"uses": "actions/setup-python@v5", "with": {"python-version": "3.12"}},
        {"run": "pip install --editable ."},
        {"name": f"game day {plan.name}", "run": shlex.join(("drill", *plan.arguments)), "env": secrets},
        {
            "if": "always()",
            "uses": "actions/upload-artifact@v4",
            "with": {"name": plan.unit, "path": "reports/runs/", "if-no-files-found": "ignore"},
        },
    ]
    workflow = {
        "name": f"drill game day {plan.name}",
        "on": {
            "schedule": [{"cron": plan.cron, "timezone": plan.day.window.time_zone}],
            "workflow_dispatch": {},
        },
        "permissions": {"contents": "read", "id-token": "write"},
        "concurrency": {"group": f"drill-{plan.day.target}", "cancel-in-progress": False},
        "jobs": {
            "gameday": {
                "runs-on": "ubuntu-latest",
                "timeout-minutes": -(-plan.lasts_s // 60),
                "steps": [{key: value for key, value in step.items() if value} for step in steps],
            }
        },
    }
    text = yaml.safe_dump(workflow, sort_keys=False, width=120, allow_unicode=True)
    # YAML 1.1 takes a bare `on` for true, and GitHub takes the word; PyYAML quotes it, which both read alike.
    return (File(name=f"{plan.unit}.yml", text=text),)
