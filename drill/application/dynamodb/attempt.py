"""One attempt at one piece of work: one call, in a thread, to the region that is asked now. Repeats nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from drill.application.dynamodb.regions import Regions
from drill.application.dynamodb.threads import NoThread, Threads
from drill.application.dynamodb.work import Work, left_of, repeatable
from drill.history import Cause, Outcome
from drill.items import Client
from drill.targets.outcomes import ACKNOWLEDGED, Ending
from drill.targets.outcomes_of_calls import classify_call

UNPROCESSED = Ending(Outcome.FAILED, "unprocessed", Cause.THROTTLED)
"""A batch of which not all was done: DynamoDB leaves out what it has no capacity for."""
TOO_LATE = Ending(Outcome.FAILED, "deadline", Cause.OTHER)
"""It could not have ended in time, so that it was not sent."""
NO_THREAD = Ending(Outcome.FAILED, "no thread", Cause.OTHER)
NEVER_ENDED = Ending(Outcome.UNKNOWN, "deadline", Cause.SILENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How it ended, what is left to do (None: nothing), where it was sent to, and whether it came any further."""

    ending: Ending
    left: Work | None
    region: str | None = None
    progressed: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Sends calls: a client for each region, threads to wait in, and how long a call may take at most (`call_s`)."""

    clients: Mapping[str, Client]
    regions: Regions
    threads: Threads
    call_s: float

    async def attempt(self, work: Work, *, ends_s: float) -> Attempt:
        """Do the work once, so that it has ended by `ends_s` on the monotonic clock; raises nothing."""
        try:
            sent_s, attempt = await self.threads.call(lambda: self._called(work, ends_s), ends_s=ends_s)
        except NoThread:
            return Attempt(ending=NO_THREAD, left=work)
        except TimeoutError:
            ending = NEVER_ENDED._replace(outcome=Outcome.FAILED) if work.reads_only else NEVER_ENDED
            return Attempt(ending=ending, left=work, region=self.regions.current)
        if attempt.region is not None:
            self.regions.heard(attempt.region, attempt.ending, sent_s=sent_s)
        return attempt

    def _called(self, work: Work, ends_s: float) -> tuple[float, Attempt]:
        """In a thread. The region is chosen here, since a turn may have come while the work was waiting in line."""
        sent_s = time.monotonic()
        if sent_s + self.call_s > ends_s:
            return sent_s, Attempt(ending=TOO_LATE, left=work)
        region = work.pinned or self.regions.current
        return sent_s, sent(work, self.clients[region], region)


def sent(work: Work, client: Client, region: str) -> Attempt:
    """Call the client, and see what that proves; on a thread that may wait."""
    try:
        said = getattr(client, work.operation)(**work.arguments)
    except Exception as error:  # noqa: BLE001 - whatever boto3 raises is an ending
        is_own = isinstance(error, ClientError) and work.is_own(error)
        ending = classify_call(error, reads_only=work.reads_only)
        again = repeatable(work, region) if ending.outcome is Outcome.UNKNOWN else work
        return Attempt(ending=ending, left=again, region=region, is_own=is_own)
    left = left_of(work, said)
    if left is None:
        return Attempt(ending=ACKNOWLEDGED, left=None, region=region, progressed=True)
    return Attempt(ending=UNPROCESSED, left=left, region=region, progressed=_size(left) < _size(work))


def _size(work: Work) -> int:
    return sum(
        len(each if isinstance(each, list) else each["Keys"]) for each in work.arguments["RequestItems"].values()
    )
