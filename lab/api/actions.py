"""What FIS can do to a lab: AWS's own actions for RDS, and the lab's for what AWS offers no call for.

An action is begun on the real cluster. One that lasts gives back how to undo it, and ends by itself after
`duration`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lab.api.action import DURATION, Action, Parameter, wrong_count, wrong_flag
from lab.control import Cluster, Faults, Undo


def _failover(cluster: Cluster, _: Sequence[str], __: Mapping[str, str]) -> None:
    cluster.failover(None)


def _reboot(cluster: Cluster, instances: Sequence[str], given: Mapping[str, str]) -> None:
    for each in instances:
        if given.get("forceFailover") == "true" and cluster.topology().writer == each:
            cluster.failover(None)
        else:
            cluster.reboot(each)


def _lasting(
    name: str,
    description: str,
    begin: Callable[[Faults, Mapping[str, str]], Undo],
    **parameters: Parameter,
) -> Action[Cluster]:
    return Action(
        identifier=f"lab:{name}",
        description=description,
        target="Clusters",
        resource_type="aws:rds:cluster",
        begin=lambda cluster, _, given: begin(cluster.faults, given),
        parameters={"duration": DURATION, **parameters},
    )


def _delay(faults: Faults, given: Mapping[str, str]) -> Undo:
    return faults.delay_endpoints(int(given.get("delay", "50")) / 1000)


def _throttle(faults: Faults, given: Mapping[str, str]) -> Undo:
    return faults.throttle_endpoints(int(given.get("kilobytes_per_second", "64")) * 1000.0)


ACTIONS: Mapping[str, Action[Cluster]] = {
    each.identifier: each
    for each in (
        Action(
            identifier="aws:rds:failover-db-cluster",
            description="Fail over an Aurora cluster to one of its readers.",
            target="Clusters",
            resource_type="aws:rds:cluster",
            begin=_failover,
        ),
        Action(
            identifier="aws:rds:reboot-db-instances",
            description="Restart instances; a writer can be failed over instead.",
            target="DBInstances",
            resource_type="aws:rds:db",
            begin=_reboot,
            parameters={
                "forceFailover": Parameter(
                    description="true: fail over where the instance is the writer; by default false.",
                    wrong=wrong_flag,
                )
            },
        ),
        _lasting("crash-writer", "Kill the writer's postmaster.", lambda faults, _: faults.crash_writer()),
        _lasting("lose-zone", "Kill everything in the writer's zone.", lambda faults, _: faults.lose_zone()),
        _lasting("freeze-zone", "Stop everything in the writer's zone.", lambda faults, _: faults.freeze_zone()),
        _lasting(
            "partition-zone",
            "Cut the writer's zone off from the others and from consensus, but not from its clients.",
            lambda faults, _: faults.partition_zone(),
        ),
        _lasting(
            "lose-reader",
            "Kill everything in the zone of the reader of the lowest promotion tier.",
            lambda faults, _: faults.lose_reader(),
        ),
        _lasting(
            "lag-reader",
            "Have the reader of the lowest promotion tier receive and answer, and apply nothing.",
            lambda faults, _: faults.lag_reader(),
        ),
        _lasting(
            "delay-endpoints",
            "Have what clients receive through the writer and the reader endpoint come later, on open connections too.",
            _delay,
            delay=Parameter(
                description="How much later, in milliseconds; by default 50.", wrong=wrong_count(most=60_000)
            ),
        ),
        _lasting(
            "throttle-endpoints",
            "Have each connection through the writer and the reader endpoint receive slowly.",
            _throttle,
            kilobytes_per_second=Parameter(
                description="How much each connection receives, in kB (1,000 bytes) a second; by default 64.",
                wrong=wrong_count(most=1_000_000),
            ),
        ),
        _lasting(
            "cut-endpoints",
            "Have nothing pass through the writer and the reader endpoint, and close nothing; what was sent meanwhile"
            " arrives afterwards.",
            lambda faults, _: faults.cut_endpoints(),
        ),
    )
}
