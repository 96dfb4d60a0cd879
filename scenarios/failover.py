"""Scenario 3 of the requirements: each way of losing the writer."""

from drill import faults
from scenarios.scenario import Scenario


def _failover(fault_name: str, story: str, fault: faults.Fault) -> Scenario:
    return Scenario(name="failover", fault_name=fault_name, story=story, fault=fault)


MANAGED = _failover("managed failover", "ask the control plane to promote the next reader", faults.managed_failover())
MANAGED_TO_NAMED = _failover(
    "managed failover to a named reader",
    "ask the control plane to promote the reader that would be the last choice",
    faults.managed_failover(to_named_reader=True),
)
WRITER_CRASH = _failover("writer crash", "kill the writer's database process", faults.writer_crash)
ZONE_LOSS = _failover("zone loss", "kill everything in the writer's zone, which stays away", faults.zone_loss)
FROZEN_WRITER = _failover(
    "frozen writer", "stop everything in the writer's zone: open sockets, no answers", faults.frozen_writer
)
PARTITIONED_WRITER = _failover(
    "partitioned writer",
    "cut the writer off from the other zones, while clients still reach it",
    faults.partitioned_writer,
)

FAILOVERS = (MANAGED, MANAGED_TO_NAMED, WRITER_CRASH, ZONE_LOSS, FROZEN_WRITER, PARTITIONED_WRITER)
