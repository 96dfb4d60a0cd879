"""A CronJob of Kubernetes: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/."""

from __future__ import annotations

import yaml

from drill.errors import ConfigError
from drill.gameday.child import HEALS_WITHIN_S
from drill.gameday.schedule.plan import File, Plan

LONGEST_NAME = 52
IMAGE = "registry.example.com/drill:latest"


def kubernetes(plan: Plan) -> tuple[File, ...]:
    """One manifest. Never two at once, never a second try; a pod that is deleted has the time to heal.

    What is secret comes from the secret that is called as the job, whose keys are the variables' names; without it the
    pod does not begin. AWS is reached as the pod's service account.
    """
    plan.require_no_profile("in a pod")
    if len(plan.unit) > LONGEST_NAME:
        raise ConfigError(
            f"gameday.{plan.name}: too long a name for a CronJob; leave it {LONGEST_NAME - 14} characters at most"
        )
    container: dict[str, object] = {
        "name": "drill",
        "image": plan.required("--image", plan.place.image, IMAGE),
        "command": ["drill", *plan.arguments],
    }
    if plan.needs.variables:
        container["env"] = [
            {"name": each, "valueFrom": {"secretKeyRef": {"name": plan.unit, "key": each}}}
            for each in plan.needs.variables
        ]
    pod = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": round(HEALS_WITHIN_S),
        "containers": [container],
    }
    manifest = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": plan.unit},
        "spec": {
            "schedule": plan.cron,
            "timeZone": plan.day.window.time_zone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 300,
            "jobTemplate": {
                "spec": {
                    "backoffLimit": 0,
                    "activeDeadlineSeconds": plan.lasts_s,
                    "template": {"spec": pod},
                }
            },
        },
    }
    keys = ", ".join(plan.needs.variables)
    needed = f"# wants the secret {plan.unit} with the keys {keys}\n" if keys else ""
    return (File(name=f"{plan.unit}.yml", text=needed + yaml.safe_dump(manifest, sort_keys=False, width=120)),)
