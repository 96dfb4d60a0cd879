"""drill doctor: is everything there that a run on this target needs? One line each, with the remedy."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path

import psycopg
from botocore.exceptions import BotoCoreError, ClientError

from drill.cli.doctor_of_tables import Look, looks
from drill.config import AuroraSettings, DynamoDBSettings, load
from drill.errors import DrillError, TargetError
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT
from drill.probes.server import pings
from drill.targets.aurora import Aurora
from drill.targets.connect import connect
from drill.targets.description import described as described_rows
from drill.targets.dynamodb.connect import connect_tables, tables_beside
from drill.targets.postgres import Address
from drill.targets.rail import ALLOWED, TAG, require_failover, require_login
from drill.targets.session import ask
from drill.targets.target import Topology

UNTRIED = "not tried"
CLOCKS_AGREE_WITHIN_S = 1.0
FAULTS = ("lab:crash-writer", "lab:lose-zone", "lab:freeze-zone", "lab:partition-zone")


def run(drill_toml: Path, name: str, environment: Mapping[str, str]) -> int:
    """Print what was looked at; 1 when something is missing. Nothing is changed, and nothing is broken."""
    match load(drill_toml).target(name):
        case AuroraSettings() as settings:
            beside = tables_beside(settings)
            of_tables = looks(connect_tables(name, beside, environment)) if beside else ()
            return _told([_looks(name, settings, environment), of_tables])
        case DynamoDBSettings() as settings:
            return _told([looks(connect_tables(name, settings, environment))])
    return subprocess.run(
        [sys.executable, "-m", "lab", "check"], cwd=Path(__file__).resolve().parents[2], check=False
    ).returncode


def _told(rooms: Iterable[Iterable[tuple[str, Look]]]) -> int:
    """Print each look; 1 when something is missing."""
    missing = 0
    for what, look in chain.from_iterable(rooms):
        try:
            found = look()
            print(f"{'--' if found.startswith(UNTRIED) else 'ok':<8} {what}: {found}")
        except (DrillError, ClientError, BotoCoreError, psycopg.Error) as error:
            missing += 1
            print(f"MISSING  {what}: {' '.join(str(error).split())}")
    print("all that was looked at is right" if not missing else f"{missing} missing")
    return 1 if missing else 0


def _looks(name: str, settings: AuroraSettings, environment: Mapping[str, str]) -> Iterator[tuple[str, Look]]:
    """What to look at, in the order in which a run needs it; what cannot be reached ends the list."""
    found: list[Aurora] = []

    def connected() -> str:
        found.append(connect(name, settings, environment))
        return f"{settings.login} of {found[0].credentials.user}"

    yield "credentials of the database", connected
    if not found:
        return
    target, described = found[0], list[Topology]()
    yield "credentials of AWS", lambda: _identity(target)

    def describe() -> str:
        described.append(target.topology())
        return f"{target.cluster} is {described[0].status}, writer {described[0].writer}"

    yield "rds:DescribeDBClusters, rds:DescribeDBInstances", describe
    if not described:
        return
    topology = described[0]
    yield "rds:DescribeDBClusterParameters", lambda: f"{len(described_rows(target))} settings told"
    yield "rds:DescribeEvents", lambda: f"{len(target.failover_events(datetime.now(UTC)))} failovers just now"
    yield "fis:ListActions", lambda: _faults(target)
    yield "rds:FailoverDBCluster", lambda: f"{UNTRIED}, since it would fail over"
    yield f"tag {TAG}={ALLOWED}", lambda: _tag(target, topology)
    yield "readers", lambda: _readers(topology)
    yield "login and CREATE at the writer", lambda: _login(target, topology)
    yield "pg_monitor", lambda: _monitors(target)
    yield "operator", lambda: _operator(target)
    for endpoint in (WRITER_ENDPOINT, READER_ENDPOINT, *(each.identifier for each in topology.members)):
        yield f"reach {endpoint}", partial(_reach, target, endpoint)
    yield "clock", lambda: _clock(target.address(WRITER_ENDPOINT))


def _identity(target: Aurora) -> str:
    return str(target.session.client("sts", endpoint_url=target.endpoint_url).get_caller_identity()["Arn"])


def _faults(target: Aurora) -> str:
    offered = [action for action in FAULTS if target.can(action)]
    return f"offers {', '.join(offered)}" if offered else "no zone faults here; those experiments will be skipped"


def _tag(target: Aurora, topology: Topology) -> str:
    if topology.tags.get(TAG) != ALLOWED:
        raise TargetError(f"the cluster may not be broken yet; if it may: {target.allow_command()}")
    return "set"


def _readers(topology: Topology) -> str:
    require_failover(topology)
    zones = {each.zone for each in topology.members}
    return f"{len(topology.readers)}, instances in {len(zones)} zones"


def _login(target: Aurora, topology: Topology) -> str:
    require_login(target, topology)
    return "granted"


def _monitors(target: Aurora) -> str:
    address = target.address(WRITER_ENDPOINT)
    ((may,),) = ask(address, "SELECT pg_has_role('pg_monitor', 'USAGE')", deadline_s=5.0)
    if not may:
        raise TargetError(
            f"{address.user} does not see other sessions, so that no culprit could be named; "
            f"GRANT pg_monitor TO {address.user}"
        )
    return "granted"


def _operator(target: Aurora) -> str:
    operator = target.operator()
    if operator is None:
        return f"{UNTRIED}: no secret of his; name operator_secret, or operator_gets_in stays undecided"
    ask(operator, "SELECT 1", deadline_s=5.0)
    return f"{operator.user} gets in"


def _reach(target: Aurora, endpoint: str) -> str:
    address = target.address(endpoint)
    began_s = time.monotonic()
    (answer,) = pings(address, endpoint).rows(named=True)
    if answer["server"] is None:
        raise TargetError(f"{address}: {answer['error']}; does the security group let this machine in?")
    tls = "TLS" if answer["encrypted"] else "no TLS"
    return f"{answer['server']} at {address} in {1000 * (time.monotonic() - began_s):.0f} ms, {tls}"


def _clock(address: Address) -> str:
    before_s = time.time()
    ((server,),) = ask(address, "SELECT extract(epoch FROM clock_timestamp())::float8", deadline_s=5.0)
    after_s = time.time()
    apart_s = float(server) - (before_s + after_s) / 2
    if abs(apart_s) > CLOCKS_AGREE_WITHIN_S:
        raise TargetError(f"the server's clock is {apart_s:+.3f} s off ours; synchronise this machine's (chrony, NTP)")
    return f"the server's is {1000 * apart_s:+.1f} ms off ours, give or take {500 * (after_s - before_s):.1f} ms"
