"""What FIS can do to a lab: AWS's own actions for RDS, and the lab's for what AWS offers no call for.

An action is begun on the real cluster. One that lasts gives back how to undo it, and ends by itself after
`duration`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lab.control import Cluster, Faults, Undo

Begin = Callable[[Cluster, Sequence[str], Mapping[str, str]], Undo | None]

LONGEST_S = 12 * 3600.0  # as long as AWS lets an action last


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a parameter means; `wrong` says what is wrong with a value, or None."""

    description: str
    wrong: Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that can be done to the cluster; `begin` gets the targets' names and the parameters."""

    identifier: str
    description: str
    target: str
    resource_type: str
    begin: Begin
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def duration_s(self, given: Mapping[str, str]) -> float | None:
        """How long it lasts, in seconds; None if it is over as soon as it has begun."""
        return seconds(given.get("duration", "PT5M")) if "duration" in self.parameters else None


def seconds(duration: str) -> float:
    """Read an ISO 8601 duration of days, hours, minutes and seconds, such as PT90S; ValueError if it is none."""
    form = r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
    match = re.fullmatch(form, duration)
    if match is None or not any(match.groups()):
        raise ValueError(f"{duration} is no ISO 8601 duration such as PT60S.")
    total = sum(float(count or 0) * unit for count, unit in zip(match.groups(), (86400, 3600, 60, 1), strict=True))
    if not 0 < total <= LONGEST_S:
        raise ValueError(f"{duration} must be longer than nothing and not longer than PT12H.")
    return total


def _wrong_duration(value: str) -> str | None:
    try:
        seconds(value)
    except ValueError as error:
        return str(error)
    return None


def _wrong_flag(value: str) -> str | None:
    return None if value in {"true", "false"} else f"{value} is neither true nor false."


def _failover(cluster: Cluster, _: Sequence[str], __: Mapping[str, str]) -> None:
    cluster.failover(None)


def _reboot(cluster: Cluster, instances: Sequence[str], given: Mapping[str, str]) -> None:
    for each in instances:
        if given.get("forceFailover") == "true" and cluster.topology().writer == each:
            cluster.failover(None)
        else:
            cluster.reboot(each)


def _wrong_count(most: int) -> Callable[[str], str | None]:
    def wrong(value: str) -> str | None:
        # int() alone would take blanks, signs, and every digit that Unicode knows.
        fits = re.fullmatch(r"[0-9]{1,9}", value) is not None and 1 <= int(value) <= most
        return None if fits else f"{value} is no whole number from 1 to {most}."

    return wrong


def _lasting(
    name: str,
    description: str,
    begin: Callable[[Faults, Mapping[str, str]], Undo],
    **parameters: Parameter,
) -> Action:
    duration = Parameter(
        description="After how long it ends by itself, as an ISO 8601 duration; by default PT5M.", wrong=_wrong_duration
    )
    return Action(
        identifier=f"lab:{name}",
        description=description,
        target="Clusters",
        resource_type="aws:rds:cluster",
        begin=lambda cluster, _, given: begin(cluster.faults, given),
        parameters={"duration": duration, **parameters},
    )


def _delay(faults: Faults, given: Mapping[str, str]) -> Undo:
    return faults.delay_endpoints(int(given.get("delay", "50")) / 1000)


def _throttle(faults: Faults, given: Mapping[str, str]) -> Undo:
    return faults.throttle_endpoints(int(given.get("kilobytes_per_second", "64")) * 1000.0)


ACTIONS: Mapping[str, Action] = {
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
                    wrong=_wrong_flag,
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
                description="How much later, in milliseconds; by default 50.", wrong=_wrong_count(most=60_000)
            ),
        ),
        _lasting(
            "throttle-endpoints",
            "Have each connection through the writer and the reader endpoint receive slowly.",
            _throttle,
            kilobytes_per_second=Parameter(
                description="How much each connection receives, in kB (1,000 bytes) a second; by default 64.",
                wrong=_wrong_count(most=1_000_000),
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
