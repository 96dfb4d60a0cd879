"""The process of the second writer: `python -m drill.probes.items.rival DIRECTORY`, started by drill/child."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import threading
import time
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from drill.child.inside import Link, run
from drill.history import Outcome
from drill.probes.items.rival.plan import RivalPlan
from drill.tables import typed_table
from drill.targets.credentials import session_of

PATTERN = "rival"


def main() -> int:
    """Write as the plan on stdin says until told to stop, or for as long as it allows."""
    link = Link()
    plan = RivalPlan.load(link.plan)
    return run(link, lambda: _work(link, plan), max_seconds=plan.duration_s)


async def _work(link: Link, plan: RivalPlan) -> str | None:
    over, told = threading.Event(), asyncio.Event()
    client, rows = _client(plan), list[dict[str, Any]]()
    link.listen(told.set)
    link.say({"ready": 1})
    writing = asyncio.create_task(asyncio.to_thread(_write, plan, client, over, rows))
    ending = asyncio.create_task(told.wait())
    ended, _ = await asyncio.wait({ending, writing}, timeout=plan.duration_s, return_when=asyncio.FIRST_COMPLETED)
    over.set()
    await writing
    link.leave({"written": typed_table("written", rows)})
    return None if ended else f"the second writer has stopped after {plan.duration_s:g} s, its limit"


def _write(plan: RivalPlan, client: Any, over: threading.Event, rows: list[dict[str, Any]]) -> None:
    """One write after the other, at an even pace, each with a value of its own; none is tried again."""
    chance = random.Random(plan.seed)  # noqa: S311 - which item is next, no secret
    due_s = time.monotonic()
    number = 0
    while not over.wait(max(0.0, due_s - time.monotonic())):
        due_s = max(due_s + 1 / plan.rate_per_s, time.monotonic())
        key, value = chance.choice(plan.items), f"rival-{plan.run}-{plan.seed}-{number}"
        begun_ns = time.monotonic_ns()
        outcome = _put(plan, client, key, value)
        row = {"request": value, "pattern": PATTERN, "table": plan.table, "item": "|".join(key), "value": value}
        region = plan.region if outcome is Outcome.OK else None
        when = {"begun_ns": begun_ns, "completed_ns": time.monotonic_ns()}
        rows.append({**row, **when, "region": region, "outcome": str(outcome)})
        number += 1


def _put(plan: RivalPlan, client: Any, key: tuple[str, ...], value: str) -> Outcome:
    """FAILED where DynamoDB refused it (4xx); a 500 may have been carried out, as may what was never answered.

    Developer Guide, Error handling with DynamoDB: what 4xx says was not done; 5xx are to be tried again.
    """
    item = {name: {"S": text} for name, text in zip(plan.keys, key, strict=True)}
    try:
        client.put_item(TableName=plan.table, Item={**item, "value": {"S": value}})
    except ClientError as error:
        refused = error.response["ResponseMetadata"]["HTTPStatusCode"] < 500
        return Outcome.FAILED if refused else Outcome.UNKNOWN
    except BotoCoreError:
        return Outcome.UNKNOWN
    return Outcome.OK


def _client(plan: RivalPlan) -> Any:
    place = plan.place
    session = session_of(plan.region, profile=place.profile, endpoint_url=place.endpoint_url, environment=os.environ)
    return session.client(
        "dynamodb",
        endpoint_url=place.endpoint_url,
        config=Config(connect_timeout=plan.deadline_s, read_timeout=plan.deadline_s, retries={"total_max_attempts": 1}),
    )


if __name__ == "__main__":
    sys.exit(main())
