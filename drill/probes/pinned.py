"""Pinned writers: writers that stay with one instance, without which a split brain could not be seen.

On a reader they are refused for as long as it is one (25006), and go on asking over the same connection.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from drill.history import Action
from drill.probes.client import Client
from drill.probes.pace import Pace
from drill.probes.run import Run
from drill.probes.writer import write


def pinned(run: Run, *, first_stream: int) -> dict[str, Coroutine[Any, Any, None]]:
    """The pinned writers of all instances by name, taking turns; their streams begin at `first_stream`."""
    plan = run.plan
    interval = 1 / plan.pinned_rate_per_s
    posts = [(instance, each) for instance in plan.instances for each in range(plan.pinned_per_instance)]
    probes: dict[str, Coroutine[Any, Any, None]] = {}
    for place, (instance, each) in enumerate(posts):
        name = f"pinned-{instance}-{each}"
        client = Client(run, name, Action.WRITE, instance, plan.instances[instance], follows=False)
        pace = Pace(interval, interval * place / len(posts))
        probes[name] = write(run, client, pace, stream=first_stream + place)
    return probes
