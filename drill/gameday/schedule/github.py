"""A workflow of GitHub Actions, which begins it by its schedule, or by hand.

https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
"""

from __future__ import annotations

import shlex

import yaml

from drill.errors import ConfigError
from drill.gameday.schedule.plan import File, Plan

LONGEST_S = 6 * 3600
"""Of a job on GitHub's runners, which is killed then: https://docs.github.com/en/actions/reference/limits."""
SHORTEST_S = 900
"""Of a role's session: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html."""


def github(plan: Plan) -> tuple[File, ...]:
    """One file for .github/workflows.

    What is secret are secrets of the repository, under the variables' names. On AWS it is whoever `--role` names, or
    DRILL_ROLE, a variable of the repository: an IAM role that trusts GitHub's OpenID provider.

    GitHub begins what is scheduled late when it has much to do: a window of an hour or two is long enough for that. One
    at a time, and none is cancelled by the next, which would keep it from healing.
    """
    plan.require_no_profile("on GitHub's runners")
    if plan.lasts_s > LONGEST_S:
        most_s = LONGEST_S - (plan.lasts_s - plan.day.longest)
        raise ConfigError(
            f"gameday.{plan.name}.longest: GitHub ends a job after six hours, and it could not heal; write "
            f'"{int(most_s // 60)}m" at most'
        )
    secrets = {each: f"${{{{ secrets.{each} }}}}" for each in plan.needs.variables}
    role = plan.place.role or "${{ vars.DRILL_ROLE }}"
    login: dict[str, object] = {
        "uses": "aws-actions/configure-aws-credentials@v4",
        "with": {
            "role-to-assume": role,
            "aws-region": plan.needs.region,
            # Credentials that end before the game day does could not heal; a role that allows less is refused at once.
            "role-duration-seconds": max(plan.lasts_s, SHORTEST_S),
        },
    }
    steps: list[dict[str, object]] = [
        {"uses": "actions/checkout@v4"},
        {"uses": "actions/setup-python@v5", "with": {"python-version": "3.12"}},
        {"run": "python -m pip install --quiet -c constraints.txt -e ."},
        *([login] if plan.needs.region else []),
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
