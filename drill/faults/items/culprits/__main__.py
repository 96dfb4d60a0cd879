"""The process of culprits: `python -m drill.faults.items.culprits DIRECTORY`, started by drill/child."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict

from botocore.exceptions import BotoCoreError, ClientError

from drill.child.inside import Link, run
from drill.faults.items.culprits.gang import Progress
from drill.faults.items.culprits.modes import Finished, Step, step_of
from drill.faults.items.culprits.plan import CulpritPlan, Mode
from drill.faults.items.glimpse import throttling_reasons
from drill.faults.items.plain import plain_client

REPORT_S = 0.1
PATIENCE_S = 2.0
"""So long a culprit waits for an answer; who is told to go is gone after that at the latest."""
THROTTLED_PAUSE_S = 0.01
"""Whoever is refused begins again at once, but for this: our own process must not take the machine's processor."""


class State:
    """What all clients share: the next step's number and moment, what became of the others, and whether it is over."""

    def __init__(self, plan: CulpritPlan) -> None:
        """Begin with nothing done."""
        self.over = threading.Event()
        self._lock = threading.Lock()
        self._plan = plan
        self._number = 0
        self._due_s = time.monotonic()
        self._paced = not plan.hurries
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()

    def turn(self) -> tuple[int, float]:
        """The next step's number, and how long to wait before it is due."""
        with self._lock:
            number, now_s = self._number, time.monotonic()
            self._number += 1
            if self._plan.rate_per_s is None or not self._paced:
                return number, 0.0
            # Who falls behind does not hurry to catch up: a rate is a bound.
            self._due_s = max(self._due_s, now_s - 1.0) + 1.0 / self._plan.rate_per_s
            return number, max(0.0, self._due_s - now_s)

    def ended(self, error: ClientError | BotoCoreError | None, *, is_round: bool = False) -> bool:
        """Count how a step ended; whether it was throttled."""
        with self._lock:
            if error is None:
                self.counts["answered"] += 1
                self.counts["rounds"] += is_round
                return False
            if isinstance(error, BotoCoreError):
                self.counts["unanswered"] += 1
                self.codes[type(error).__name__] += 1
                return False
            if reasons := throttling_reasons(error.response):
                self.counts["throttled"] += 1
                self.reasons.update(reasons)
                self._paced = True
                return True
            self.counts["failed"] += 1
            self.codes[error.response["Error"].get("Code", "?")] += 1
            return False

    def progress(self) -> Progress:
        """As the parent wants it."""
        with self._lock:
            return Progress(**self.counts, reasons=dict(self.reasons), codes=dict(self.codes))


def main() -> int:
    """Do as the plan on stdin says until told to stop, or for as long as it allows."""
    link = Link()
    plan = CulpritPlan.load(link.plan)
    return run(link, lambda: _work(link, plan), max_seconds=plan.duration_s)


async def _work(link: Link, plan: CulpritPlan) -> str | None:
    """The limit, where time ran out before anybody said stop: whoever counted on us must hear of it."""
    state, told = State(plan), asyncio.Event()
    client = plain_client(plan.place, answer_within_s=PATIENCE_S, connections=plan.clients)
    link.listen(told.set)
    # A growth is one thing after the other; a second client would only mix up its order.
    clients = 1 if plan.mode is Mode.GROW else plan.clients
    workers = [
        asyncio.create_task(asyncio.to_thread(_repeat, plan, state, step_of(plan, client))) for _ in range(clients)
    ]
    report = asyncio.create_task(_report(link, state))
    link.say({"ready": clients})
    ending = asyncio.create_task(told.wait())
    ended, _ = await asyncio.wait({ending, *workers}, timeout=plan.duration_s, return_when=asyncio.FIRST_COMPLETED)
    limit = None if ended else f"the culprits have gone after {plan.duration_s:g} s, their limit (flood_duration)"
    state.over.set()
    await asyncio.gather(*workers)
    report.cancel()
    link.say({"progress": asdict(state.progress())})
    return limit


def _repeat(plan: CulpritPlan, state: State, step: Step) -> None:
    """One client: step after step, until it is over."""
    while not state.over.is_set():
        number, wait_s = state.turn()
        if state.over.wait(wait_s):
            return
        try:
            is_round = step(number)
        except (ClientError, BotoCoreError) as error:
            if state.ended(error):
                state.over.wait(THROTTLED_PAUSE_S)
        except Finished:
            state.over.wait()
        else:
            state.ended(None, is_round=is_round)
            if is_round and plan.mode is Mode.GROW:
                state.over.wait(plan.step_s)


async def _report(link: Link, state: State) -> None:
    while True:
        link.say({"progress": asdict(state.progress())})
        await asyncio.sleep(REPORT_S)


if __name__ == "__main__":
    sys.exit(main())
