"""What FIS can do to the lab's tables: AWS's own pause of replication, and the lab's for what AWS offers no call for.

Targets come as `region/table`. Each action lasts for its `duration`, begins and ends between two calls.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lab.api.action import DURATION, Action, Parameter, wrong_choice, wrong_count
from lab.control import Undo
from lab.dynamodb.capacity.errors import REASONS
from lab.dynamodb.faults import EVERY, Fault, Faults, Kind
from lab.errors import LabError

_APPLIED = {"no": 0.0, "yes": 1.0, "half": 0.5}
_SHARE = Parameter(
    description="Which part of the requests is hit, in percent; by default 100.", wrong=wrong_count(most=100)
)


def _applied(default: str) -> Parameter:
    return Parameter(
        description=f"Whether a request that is hit is carried out all the same: no, yes, half; by default {default}.",
        wrong=wrong_choice(*_APPLIED),
    )


def _lasting(
    identifier: str,
    description: str,
    kind: Kind,
    options: Callable[[Mapping[str, str]], dict[str, Any]] = lambda _: {},
    *,
    resource_type: str = "aws:dynamodb:table",
    whole_region: bool = False,
    **parameters: Parameter,
) -> Action[Faults]:
    def begin(faults: Faults, targets: Sequence[str], given: Mapping[str, str]) -> Undo:
        tables: defaultdict[str, set[str]] = defaultdict(set)
        for each in targets:
            region, _, table = each.partition("/")
            tables[region].add(table)
        share = int(given.get("percentage", "100")) / 100
        return faults.begin(
            *(
                Fault(
                    kind=kind,
                    region=region,
                    tables=frozenset() if whole_region else frozenset(names),
                    share=share,
                    **options(given),
                )
                for region, names in tables.items()
            )
        )

    return Action(
        identifier=identifier,
        description=description,
        target="Tables",
        resource_type=resource_type,
        begin=begin,
        parameters={"duration": DURATION, **parameters},
    )


def _of_throttle(given: Mapping[str, str]) -> dict[str, Any]:
    return {"reason": given.get("reason", EVERY)}


def _of_delay(given: Mapping[str, str]) -> dict[str, Any]:
    return {"delay_s": int(given.get("delay", "200")) / 1000}


def _of_loss(default: str) -> Callable[[Mapping[str, str]], dict[str, Any]]:
    return lambda given: {"applied": _APPLIED[given.get("applied", default)]}


ACTIONS: Mapping[str, Action[Faults]] = {
    each.identifier: each
    for each in (
        _lasting(
            "aws:dynamodb:global-table-pause-replication",
            "Have the tables neither send changes to their replicas nor receive any; none is lost.",
            Kind.PAUSE,
            resource_type="aws:dynamodb:global-table",
        ),
        _lasting(
            "lab:throttle-tables",
            "Refuse requests as throttled; of batches and transactions, items.",
            Kind.THROTTLE,
            _of_throttle,
            reason=Parameter(
                description="One of the 16 ThrottlingReasons; by default every one that fits, by turns.",
                wrong=wrong_choice(EVERY, *REASONS),
            ),
            percentage=_SHARE,
        ),
        _lasting(
            "lab:delay-tables",
            "Carry requests out at once, and answer them late.",
            Kind.DELAY,
            _of_delay,
            delay=Parameter(
                description="How much later, in milliseconds; by default 200.", wrong=wrong_count(most=600_000)
            ),
            percentage=_SHARE,
        ),
        _lasting(
            "lab:fail-tables",
            "Answer requests with InternalServerError.",
            Kind.FAIL,
            _of_loss("no"),
            applied=_applied("no"),
            percentage=_SHARE,
        ),
        _lasting(
            "lab:drop-tables",
            "Cut the connection of requests instead of answering them.",
            Kind.DROP,
            _of_loss("half"),
            applied=_applied("half"),
            percentage=_SHARE,
        ),
        _lasting(
            "lab:silence-tables",
            "Neither answer requests nor close their connections, until it is over; then cut them.",
            Kind.SILENCE,
            _of_loss("no"),
            applied=_applied("no"),
            percentage=_SHARE,
        ),
        _lasting(
            "lab:silence-region",
            "Have nothing of DynamoDB answer in the tables' regions, and close nothing; they do not replicate either.",
            Kind.SILENCE,
            whole_region=True,
        ),
    )
}


def of_tables(
    tables: Callable[[str], Sequence[str]], regions: Sequence[str], account: str
) -> Callable[[str, Sequence[str]], list[str]]:
    """Name tables by their ARNs, as `region/table`; LabError for what is none. `tables` tells those of a region."""

    def named(resource_type: str, arns: Sequence[str]) -> list[str]:
        names = []
        for arn in arns:
            _, _, service, region, owner, resource = [*arn.split(":", 5), *[""] * 6][:6]
            kind, _, name = resource.partition("/")
            # A global table's ARN is that of the table in the region where the fault is to be.
            right = (
                (service, owner) == ("dynamodb", account) and kind in {"table", "global-table"} and region in regions
            )
            if not right or name not in tables(region):
                known = ", ".join(f"{each}/{table}" for each in regions for table in tables(each))
                raise LabError(f"Target {arn} ({resource_type}) was not found: this lab has {known or 'no tables'}.")
            names.append(f"{region}/{name}")
        return names

    return named
