"""Whom the control plane names as the writer, asked every so often through boto3, in a thread of its own."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from drill.history import Action, Cause, Outcome
from drill.probes.pace import Pace
from drill.probes.plan import ControlPlane
from drill.probes.recorder import NO_VALUE
from drill.probes.run import Run
from drill.targets.outcomes import ACKNOWLEDGED, Ending

ENDPOINT = "api"
AVAILABLE = "available"


def rds(plane: ControlPlane) -> Any:
    """A client that tries once and waits a second at most; to be made on the main thread (style.md: traps)."""
    import boto3
    from botocore.config import Config

    once = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
    return boto3.client(
        "rds",
        region_name=plane.region,
        endpoint_url=plane.endpoint_url,
        aws_access_key_id=plane.access_key,
        aws_secret_access_key=plane.secret_key,
        aws_session_token=plane.token,
        config=once,
    )


async def announce(run: Run, name: str, plane: ControlPlane, client: Any) -> None:
    """Record the member that is `IsClusterWriter`, and the number of members, until the run is over."""
    source = run.recorder.register(name, Action.ANNOUNCE, ENDPOINT)
    pace = Pace(plane.interval_s)
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix=name) as thread:
        while not run.over:
            await pace.turn()
            invoked, completed, ending, members = await loop.run_in_executor(thread, _ask, client, plane.cluster)
            writers = [each["DBInstanceIdentifier"] for each in members or () if each["IsClusterWriter"]]
            run.recorder.add(
                source,
                invoked,
                completed,
                ending,
                value=NO_VALUE if members is None else len(members),
                server=writers[0] if writers else None,
            )


def _ask(client: Any, cluster: str) -> tuple[int, int, Ending, list[dict[str, Any]] | None]:
    """One call, timed in the thread that makes it; members None: it was not answered."""
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    members: list[dict[str, Any]] | None = None
    ending = ACKNOWLEDGED
    invoked = time.monotonic_ns()
    try:
        members = client.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]["DBClusterMembers"]
    except exceptions.ClientError as error:
        ending = Ending(Outcome.FAILED, error.response["Error"]["Code"], Cause.OTHER)
    except (exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError):
        ending = Ending(Outcome.UNKNOWN, None, Cause.SILENT)
    except exceptions.EndpointConnectionError:
        ending = Ending(Outcome.FAILED, None, Cause.REFUSED)
    except (exceptions.BotoCoreError, ResponseParserError):
        ending = Ending(Outcome.UNKNOWN, None, Cause.RESET)
    return invoked, time.monotonic_ns(), ending, members
